/** Addresses as the DNS has them: one spelling for each, and the name under which its host's name is looked up. */
import ipaddr from "ipaddr.js";

const CHARS_MAX = 64;

export type Address = {
  readonly family: 4 | 6;
  /** The one spelling. An IPv4 address in the clothes of an IPv6 one (RFC 4291, section 2.5.5.2) is an IPv4 address. */
  readonly text: string;
  /** Where the name of its host stands: RFC 1035, section 3.5, and RFC 3596, section 2.5. */
  readonly reverse: string;
};

/** Null: no address. */
export function parseAddress(text: string): Address | null {
  if (text.length > CHARS_MAX) return null;
  // The library would take other ways of writing an IPv4 address, and zones.
  const isOne = ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(":") && /^[\da-f:.]+$/iu.test(text));
  if (!isOne || !ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  const bytes = address.toByteArray();
  if (address instanceof ipaddr.IPv4)
    return { family: 4, text: address.toString(), reverse: `${bytes.toReversed().join(".")}.in-addr.arpa` };
  const digits = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { family: 6, text: address.toRFC5952String(), reverse: `${digits.split("").toReversed().join(".")}.ip6.arpa` };
}
