/**
 * Which addresses the Worker may ask: https, and a public host. A URL is judged as the URL parser has read it, which undoes the ways of writing 127.0.0.1 as `0x7f.1` or `2130706433`.
 * Names are judged by what they say, for a Worker cannot ask what they resolve to and then connect to that; on Cloudflare no name leads into a private network.
 */
import ipaddr from "ipaddr.js";
import { isLoopback } from "../auth/loopback.ts";

const HTTPS_PORT = "443";
/** Below it stand the ports of other services, which must not hear from us. */
const FREE_PORT_MIN = 1_024;
/** Names that are no public's: localhost of RFC 6761 (its others lead nowhere), 6762, 8375 and 9476, ICANN's `internal`, and what routers and company networks use without asking. */
const PRIVATE_SUFFIXES: ReadonlySet<string> = new Set([
  "localhost",
  "local",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  "localdomain",
  "onion",
  "alt",
  "home.arpa",
  "svc",
  "consul",
  "workgroup",
]);
/** Azure's host, which answers its guests at a public address. */
const METADATA: ReadonlySet<string> = new Set(["168.63.129.16"]);
/** What is handed out of IPv6: the rest is reserved, or holds an IPv4 address in a form of old. */
const IPV6_GLOBAL = ipaddr.IPv6.parseCIDR("2000::/3");

export type AddressOptions = {
  /** For an address that the operator's configuration names, never for one that came with a request: this machine is allowed, over http too. */
  readonly allowLoopback?: boolean | undefined;
};

/** Null: not an address that may be asked. */
export function outboundAddress(text: string, { allowLoopback = false }: AddressOptions = {}): URL | null {
  const url = URL.parse(text);
  if (url?.username !== "" || url.password !== "") return null;
  if (allowLoopback && isLoopback(url)) return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  return url.protocol === "https:" && isFreePort(url.port) && isPublicHost(url.hostname) ? url : null;
}

/** The parser leaves the scheme's own port empty. */
function isFreePort(port: string): boolean {
  return port === "" || port === HTTPS_PORT || Number(port) >= FREE_PORT_MIN;
}

function isPublicHost(hostname: string): boolean {
  if (hostname.startsWith("[")) return isPublicIpv6(hostname.slice(1, -1));
  if (ipaddr.IPv4.isValid(hostname))
    return !METADATA.has(hostname) && ipaddr.IPv4.parse(hostname).range() === "unicast";
  // One dot at the end is the root's, and names the same host.
  const labels = hostname.replace(/\.$/u, "").split(".");
  if (labels.length < 2 || labels.includes("")) return false;
  return !PRIVATE_SUFFIXES.has(labels.at(-1) ?? "") && !PRIVATE_SUFFIXES.has(labels.slice(-2).join("."));
}

function isPublicIpv6(text: string): boolean {
  if (!ipaddr.IPv6.isValid(text)) return false;
  const address = ipaddr.IPv6.parse(text);
  return address.range() === "unicast" && address.match(IPV6_GLOBAL);
}
