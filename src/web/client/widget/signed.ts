/**
 * A person whom the host's server vouches for with a signed token. It stays in memory, goes to the workspace that it names and
 * nowhere else, and is asked for anew when it is about to end or was refused. Whether it is genuine is the server's to say.
 */
import { pause } from "../pause.ts";
import type { Who } from "../who.ts";

/** A token that ends so soon is exchanged now. */
const NEAR_END_MS = 30_000;
/** The page is asked this often in this time: for a token, and once more when that one is refused. */
const ASKS_MAX = 2;
const ASKS_MS = 30_000;
const ANSWER_WAIT_MS = 10_000;
/** Three parts that a header and a subprotocol can carry. */
const JWT = /^[\w-]+\.([\w-]+)\.[\w-]+$/u;

/**
 * `said`: a token, or a function that answers one, or anything else when nobody is signed in. `changed`: after a first answer, a
 * later one names another person.
 */
export function signedPerson(said: unknown, origin: string, changed: () => void): Who {
  let token = "";
  /** How addresses begin that may have it. */
  let scope = "";
  let endsAt = 0;
  let refusedLast = "";
  let person: unknown;
  let asking: Promise<void> | undefined;
  /** In the last `ASKS_MS`. */
  let asks = 0;

  async function ask(): Promise<void> {
    const before = person;
    try {
      const answer: unknown = typeof said === "function" ? (said as () => unknown)() : said;
      const next = String(await Promise.race([answer, pause(ANSWER_WAIT_MS)]));
      token = "";
      const [, payload = ""] = JWT.exec(next) ?? [];
      const { iss, sub, exp } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as {
        iss: string;
        sub: string;
        exp: number;
      };
      token = next;
      scope = `${origin}/api/v1/${iss}/`;
      // Asked again at once, the page would hardly give a longer one; and this clock may be wrong.
      endsAt = Math.max(exp * 1_000 - NEAR_END_MS, Date.now() + ASKS_MS);
      person = sub;
    } catch {
      // No token, or none that can be read: they may look, not vote.
      person ??= "";
    }
    if (before !== undefined && before !== person) changed();
  }

  return {
    async bearer(address, refused = refusedLast) {
      refusedLast = refused;
      if (!asking && asks < ASKS_MAX && (token === refused || endsAt < Date.now())) {
        asks += 1;
        setTimeout(() => (asks -= 1), ASKS_MS);
        asking = ask();
      }
      await asking;
      asking = undefined;
      return token !== refusedLast && address.startsWith(scope) ? token : "";
    },
  };
}
