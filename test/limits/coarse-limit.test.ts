/** The binding that limits reading before any object is asked. Ids are those of test/SPEC.md. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Workspace } from "../../objects/workspace.ts";
import { QUOTAS } from "../../src/domain/rate-limits.ts";
import worker from "../../src/worker.ts";
import { bearer } from "../support/identity.ts";
import { call, OPERATOR, ORIGIN } from "../support/workerd.ts";
import { fromNewAddress, limitedBoard } from "./quota-user.ts";

afterEach(() => vi.restoreAllMocks());

/** A binding that answers as it is told, and remembers for whom it was asked. */
function binding(success: () => boolean) {
  const keys: string[] = [];
  const limit = ({ key }: RateLimitOptions): Promise<RateLimitOutcome> => {
    keys.push(key);
    return Promise.resolve({ success: success() });
  };
  return { keys, READ_LIMITER: { limit } };
}

async function read(path: string, changed: Partial<Env>, headers: Record<string, string>, method = "GET") {
  const execution = createExecutionContext();
  const request = new Request<unknown, IncomingRequestCfProperties>(`${ORIGIN}${path}`, { method, headers });
  const response = await worker.fetch(request, { ...env, ...changed }, execution);
  await waitOnExecutionContext(execution);
  await response.text();
  return response;
}

describe("the coarse limit on reading", () => {
  it("[S22] refuses before the object is asked, by address and workspace, with the headers of read", async () => {
    const { workspace, path } = await limitedBoard({ read: 4 });
    const ours = fromNewAddress();
    const { keys, READ_LIMITER } = binding(() => false);
    // Half of it: nobody asks the binding.
    for (let n = 0; n < 3; n++) expect((await read(`${path}/feedback`, { READ_LIMITER }, ours)).status).toBe(200);
    expect(keys).toEqual([]);
    const reads = vi.spyOn(Workspace.prototype, "listFeedback");
    const refused = await read(`${path}/feedback`, { READ_LIMITER }, ours);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(refused.headers.get("ratelimit-policy")).toBe('"read";q=600;w=60');
    expect(refused.headers.get("ratelimit")).toBe('"read";r=0;t=60');
    expect(reads).not.toHaveBeenCalled();
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatch(new RegExp(`^${workspace}\\|[\\w-]{22}$`, "u"));
    expect(
      (
        await read(
          `${path}/feedback`,
          binding(() => true),
          fromNewAddress(),
        )
      ).status,
    ).toBe(200);
  });

  it("[S22] a page is refused in words", async () => {
    const { workspace } = await limitedBoard({ read: 2 });
    const ours = fromNewAddress();
    for (let n = 0; n < 2; n++) await read(`/w/${workspace}/ideas`, {}, ours);
    const refused = await read(
      `/w/${workspace}/ideas`,
      binding(() => false),
      ours,
    );
    expect(refused.status).toBe(429);
    expect(refused.headers.get("content-type")).toContain("text/html");
    expect(refused.headers.get("retry-after")).toBe("60");
  });

  it("[S22] is passed by: by the operator and keys, by writes, by who reads little, where quotas are scaled or raised, and when it fails", async () => {
    const { workspace, path } = await limitedBoard({ read: 4 });
    const list = `${path}/feedback`;
    const made = await call(
      "POST",
      `/api/v1/workspaces/${workspace}/api-keys`,
      { name: "K", scopes: ["read"] },
      OPERATOR,
    );
    const ours = fromNewAddress();
    for (let n = 0; n < 3; n++) await read(list, {}, ours);
    const { keys, READ_LIMITER } = binding(() => false);
    expect((await read(list, { READ_LIMITER }, { ...ours, ...OPERATOR })).status).toBe(200);
    expect((await read(list, { READ_LIMITER }, { ...ours, ...bearer(made.body.key) })).status).toBe(200);
    expect((await read(list, { READ_LIMITER }, fromNewAddress())).status).toBe(200);
    expect((await read(list, { READ_LIMITER }, {})).status).toBe(200);
    expect((await read(`${list}/1/votes`, { READ_LIMITER }, ours, "DELETE")).status).toBe(404);
    expect(keys).toEqual([]);
    const broken = binding(() => {
      throw new Error("the binding is away");
    });
    expect((await read(list, broken, ours)).status).toBe(200);
    expect(broken.keys).toHaveLength(1);
    // The exact count decides from here: it has none left.
    expect(
      (
        await read(
          list,
          binding(() => true),
          ours,
        )
      ).status,
    ).toBe(429);

    const reader = fromNewAddress();
    for (let n = 0; n < 3; n++) await read(list, {}, reader);
    expect((await read(list, { READ_LIMITER, RATE_LIMIT_SCALE: "2" }, reader)).status).toBe(200);
    expect(keys).toEqual([]);
    const other = await limitedBoard({ read: QUOTAS.read.limit + 1 });
    const many = Array.from({ length: 310 }, () => read(`${other.path}/feedback`, {}, reader));
    await Promise.all(many);
    expect((await read(`${other.path}/feedback`, { READ_LIMITER }, reader)).status).toBe(200);
    expect(keys).toEqual([]);
  });

  it("[S22] the binding is there and allows what an exact count lets through in a minute, twice the quota", async () => {
    const key = crypto.randomUUID();
    let through = 0;
    for (let n = 0; n < 3 * QUOTAS.read.limit; n++) if ((await env.READ_LIMITER.limit({ key })).success) through += 1;
    // Its window is a minute of the clock: one may have ended meanwhile.
    expect([2 * QUOTAS.read.limit, 3 * QUOTAS.read.limit]).toContain(through);
  });
});
