/** The board that the load runs on, through the public API. */
export const BOARD_API = "/api/v1/bench/ideas";
export const JSON_HEADERS = { "content-type": "application/json" } as const;

export type Counts = ReadonlyMap<number, number>;

/** Posts items until the board has `count` new ones; the first post opens the board. */
export async function seedBoard(origin: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    const body = JSON.stringify({
      title: `Idea ${String(n)}`,
      description: "What it should do, in a sentence or two.",
    });
    const response = await fetch(`${origin}${BOARD_API}/feedback`, { method: "POST", headers: JSON_HEADERS, body });
    if (response.status !== 201)
      throw new Error(`seeding answered ${String(response.status)}: ${await response.text()}`);
    await response.arrayBuffer();
  }
}

/** Votes by item id, as the server tells them, and the seq they are of. */
export async function readCounts(origin: string, limit = 100): Promise<{ counts: Counts; seq: number }> {
  const response = await fetch(`${origin}${BOARD_API}/feedback?limit=${String(limit)}`);
  const items = (await response.json()) as { id: number; voteCount: number }[];
  const counts = new Map(items.map(({ id, voteCount }) => [id, voteCount]));
  return { counts, seq: Number(response.headers.get("x-seq")) };
}
