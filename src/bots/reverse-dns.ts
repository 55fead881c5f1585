/**
 * Whether an address belongs to whom it says: the name of its host by reverse DNS, and that name's addresses by forward DNS, for anybody can give their addresses any name. Asked over HTTPS (RFC 8484), in
 * the wire format. Which names count is the caller's business.
 */
import { type Answer, decode, encode, type Packet, RECURSION_DESIRED } from "@dnsquery/dns-packet";
import { outboundFetch } from "../edge/outbound.ts";
import { fault, log } from "../log.ts";
import { type Address, parseAddress } from "./address.ts";
import type { Proof } from "./verdict.ts";

/** For all questions about one address together. */
const ANSWERS_MS = 5_000;
const ANSWER_BYTES_MAX = 64 * 1024;
/** Names of one host that are looked at; each that counts costs a question. */
const NAMES_MAX = 5;
const MEDIA_TYPE = "application/dns-message";
/** Also keeps out what the names of a hostile zone might smuggle into the next question. */
const HOST = /^(?=.{1,253}$)[\da-z_](?:[\da-z_-]{0,61}[\da-z_])?(?:\.[\da-z_](?:[\da-z_-]{0,61}[\da-z_])?)+$/u;

/** The DNS could not be asked, or did not say. */
class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** `resolver`: the URL of a DoH server. `counts`: whether a host of this name is one of theirs. Never throws: what keeps the DNS from answering goes to the log. */
export async function proveAddress(
  resolver: string,
  address: Address,
  counts: (host: string) => boolean,
  requestId: string,
): Promise<Proof> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      fail(new NoAnswer("took too long"));
    }, ANSWERS_MS);
  });
  try {
    return await Promise.race([prove(resolver, address, counts), late]);
  } catch (thrown) {
    log("warn", fault(requestId, "DNS", thrown));
    return "unknown";
  } finally {
    clearTimeout(timer ?? null);
  }
}

async function prove(resolver: string, address: Address, counts: (host: string) => boolean): Promise<Proof> {
  const names = await ask(resolver, address.reverse, "PTR");
  const hosts = names
    .slice(0, NAMES_MAX)
    .map((name) => name.toLowerCase())
    .filter((name) => HOST.test(name) && counts(name));
  const asked = await Promise.allSettled(hosts.map((host) => leadsTo(resolver, host, address)));
  if (asked.some((one) => one.status === "fulfilled" && one.value)) return "confirmed";
  for (const one of asked) if (one.status === "rejected") throw one.reason;
  return "refuted";
}

async function leadsTo(resolver: string, host: string, { family, text }: Address): Promise<boolean> {
  const found = await ask(resolver, host, family === 4 ? "A" : "AAAA");
  return found.some((one) => parseAddress(one)?.text === text);
}

type Question = "PTR" | "A" | "AAAA";

/** The records of this type that the answer leads to; none where the DNS says that there are none. Throws NoAnswer, OutboundError. */
async function ask(resolver: string, name: string, type: Question): Promise<readonly string[]> {
  // The id is 0 so that caches on the way take equal questions for equal (RFC 8484, section 4.1).
  const question = encode({ type: "query", id: 0, flags: RECURSION_DESIRED, questions: [{ type, name }] });
  const response = await outboundFetch(
    resolver,
    {
      method: "POST",
      headers: { "content-type": MEDIA_TYPE, accept: MEDIA_TYPE },
      body: question,
    },
    { allowLoopback: true, timeoutMs: ANSWERS_MS, bytesMax: ANSWER_BYTES_MAX },
  );
  const bytes = await response.bytes();
  const mediaType = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (response.status !== 200 || mediaType !== MEDIA_TYPE) throw new NoAnswer(`status ${String(response.status)}`);
  return recordsIn(decode(bytes), type);
}

function recordsIn({ type, rcode, flag_tc, answers = [] }: Packet, wanted: Question): readonly string[] {
  if (type !== "response" || flag_tc === true) throw new NoAnswer("no whole answer");
  if (rcode === "NXDOMAIN") return [];
  if (rcode !== "NOERROR") throw new NoAnswer(rcode);
  return answers.filter((answer) => isRecord(answer, wanted)).map(({ data }) => data);
}

function isRecord(answer: Answer, wanted: Question): answer is Extract<Answer, { data: string }> {
  return answer.type === wanted && typeof answer.data === "string";
}
