/** The client's address as limits count it: an IPv4 address, or the /64 of an IPv6 one, which is what one subscriber gets; hashed, for objects keep it. */
import { sha256 } from "@noble/hashes/sha2.js";
import { base64url } from "../ids.ts";

const HASH_BYTES = 16;
const ADDRESS_CHARS_MAX = 64;
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

/** An IPv4 address as it is, also one that is written as IPv6 (RFC 4291, section 2.5.5.2); of an IPv6 address the first four groups. */
export function subscriberOf(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [zoneless = ""] = address.toLowerCase().split("%");
  const [head = "", tail = ""] = zoneless.split("::", 2);
  const left = groupsOf(head);
  const right = groupsOf(tail);
  const missing = zoneless.includes("::") ? Math.max(0, GROUPS - left.length - right.length) : 0;
  const groups = [...left, ...Array.from({ length: missing }, () => "0"), ...right];
  return `${groups
    .slice(0, GROUPS / 2)
    .map((group) => group.replace(/^0+(?=.)/u, ""))
    .join(":")}::/64`;
}

const GROUPS = 8;

function groupsOf(part: string): string[] {
  return part === "" ? [] : part.split(":");
}
