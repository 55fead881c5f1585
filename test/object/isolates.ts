/** Rings and isolates for the tests of signing keys. An isolate's keys go by its binding, so a binding of one's own makes an isolate of one's own. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { PublicJwk } from "../../src/domain/keyring.ts";

export type Ring = ReturnType<typeof env.KEYRING.getByName>;
type Asked = Pick<Ring, "keys" | "rotate">;

/** The environment of an isolate whose Keyring is `ring` or what stands in for it. */
export function isolate(ring: () => Asked, SIGNING_KEY?: string): Env & { SIGNING_KEY?: string } {
  const KEYRING = { getByName: ring } as unknown as Env["KEYRING"];
  return SIGNING_KEY === undefined ? { ...env, KEYRING } : { ...env, KEYRING, SIGNING_KEY };
}

export function newRing(): Ring {
  return env.KEYRING.getByName(crypto.randomUUID());
}

export function rows(ring: Ring) {
  return runInDurableObject(ring, (_, { storage }) =>
    storage.sql.exec("SELECT * FROM signing_keys ORDER BY signs_from").toArray(),
  );
}

export function kidsOf(keys: readonly PublicJwk[]): string[] {
  return keys.map(({ kid }) => kid);
}

/** A Keyring between the isolate and the ring that counts the calls. `state` says what becomes of them. */
export class Counted {
  calls = 0;
  state: "well" | "broken" | "silent" = "well";
  readonly ring: Ring;
  /** Ends the silence of those who wait. */
  #speak: (() => void)[] = [];

  constructor(ring: Ring) {
    this.ring = ring;
  }

  isolate(SIGNING_KEY?: string): Env & { SIGNING_KEY?: string } {
    const keys = async (requestId: string) => {
      this.calls += 1;
      if (this.state === "broken") throw new Error("the Keyring fails");
      if (this.state === "silent") await this.#silence();
      return this.ring.keys(requestId);
    };
    return isolate(() => ({ keys, rotate: (requestId: string) => this.ring.rotate(requestId) }) as Asked, SIGNING_KEY);
  }

  recover(): void {
    this.state = "well";
    for (const speak of this.#speak.splice(0)) speak();
  }

  #silence(): Promise<void> {
    return new Promise((resolve) => this.#speak.push(resolve));
  }
}
