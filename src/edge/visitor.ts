/** The client's address as limits count it: an IPv4 address, or the /64 of an IPv6 one, which is what one subscriber gets; hashed, for objects keep it. */
import { sha256 } from "@noble/hashes/sha2.js";
import ipaddr from "ipaddr.js";
import { base64url } from "../ids.ts";

const HASH_BYTES = 16;
const ADDRESS_CHARS_MAX = 64;
/** Of 16 bits each. */
const SUBSCRIBER_GROUPS = 4;
/** Hashes of the addresses that came last, for every request asks. */
const HELD_MAX = 1_000;
const held = new Map<string, string>();

/** `CF-Connecting-IP` and nothing else: any other header is the client's own word. Null: nobody says. */
export function visitorOf({ headers }: Pick<Request, "headers">): string | null {
  const address = headers.get("cf-connecting-ip")?.trim() ?? "";
  if (address === "" || address.length > ADDRESS_CHARS_MAX) return null;
  const known = held.get(address);
  if (known !== undefined) return known;
  const visitor = base64url(sha256(new TextEncoder().encode(subscriberOf(address))).subarray(0, HASH_BYTES));
  if (held.size >= HELD_MAX) held.clear();
  held.set(address, visitor);
  return visitor;
}

/** An IPv4 address as it is, also one that is written as IPv6 (RFC 4291, section 2.5.5.2); of an IPv6 address the first four groups; of what is no address, itself. */
export function subscriberOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  const groups = parsed.parts.slice(0, SUBSCRIBER_GROUPS).map((group) => group.toString(16));
  return `${groups.join(":")}::/64`;
}
