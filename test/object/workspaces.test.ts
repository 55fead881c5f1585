/** Workspaces across objects: the owner's list hears of every change, also after a fault. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { User } from "../../objects/user.ts";
import { call, OPERATOR, uniqueSlug } from "../support/workerd.ts";

async function mine(): Promise<{ slug: string; name: string }[]> {
  const { body } = await call("GET", "/api/v1/workspaces", undefined, OPERATOR);
  return body;
}

describe("my workspaces", () => {
  it("[D1] follow creating, renaming and deleting at once", async () => {
    const slug = uniqueSlug();
    await call("POST", "/api/v1/workspaces", { slug, name: "First" }, OPERATOR);
    expect(await mine()).toContainEqual(expect.objectContaining({ slug, name: "First", role: "owner" }));
    await call("PATCH", `/api/v1/workspaces/${slug}`, { name: "Second" }, OPERATOR);
    expect(await mine()).toContainEqual(expect.objectContaining({ slug, name: "Second" }));
    await call("DELETE", `/api/v1/workspaces/${slug}`, undefined, OPERATOR);
    expect((await mine()).map((workspace) => workspace.slug)).not.toContain(slug);
  });

  it("[D2] a message that could not be delivered is delivered by the alarm, in order", async () => {
    const slug = uniqueSlug();
    const hear = vi.spyOn(User.prototype, "hear").mockImplementation(() => {
      throw new Error("the other object is away");
    });
    expect((await call("POST", "/api/v1/workspaces", { slug, name: "First" }, OPERATOR)).status).toBe(201);
    await call("PATCH", `/api/v1/workspaces/${slug}`, { name: "Second" }, OPERATOR);
    expect((await mine()).map((workspace) => workspace.slug)).not.toContain(slug);
    hear.mockRestore();
    const stub = env.WORKSPACE.getByName(slug);
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    expect(await mine()).toContainEqual(expect.objectContaining({ slug, name: "Second" }));
    const waiting = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("SELECT * FROM outbox").toArray(),
    );
    expect(waiting).toEqual([]);
  });
});
