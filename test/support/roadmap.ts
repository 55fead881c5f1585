/** What tests of the roadmap share: phases and items by the API, and a peer on its socket. */
import { RoadmapFrame } from "../../src/protocol/live/down.ts";
import type { RoadmapColumn, RoadmapItem } from "../../src/protocol/rest/roadmap.ts";
import { call, OPERATOR, upgrade } from "./workerd.ts";

export function roadmapOf(workspace: string) {
  const root = `/api/v1/workspaces/${workspace}/roadmap`;
  const team = async (method: string, path: string, body?: object) => {
    const answer = await call(method, `${root}${path}`, body, OPERATOR);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return {
    root,
    team,
    phase: async (name: string, more: object = {}): Promise<number> =>
      (await team("POST", "/phases", { name, ...more })).id,
    item: async (phaseId: number, more: object): Promise<RoadmapItem> => team("POST", "/items", { phaseId, ...more }),
    move: (id: number, to: object): Promise<RoadmapItem> => team("PATCH", `/items/${id}`, to),
    items: (): Promise<RoadmapItem[]> => team("GET", "/items"),
    seen: async (query = "", headers: Record<string, string> = {}): Promise<RoadmapColumn[]> =>
      (await call("GET", `/api/v1/${workspace}/roadmap${query}`, undefined, headers)).body,
  };
}

export const titles = (columns: readonly RoadmapColumn[]) =>
  columns.map(({ items }) => items.map(({ title }) => title));

export class RoadmapPeer {
  readonly frames: RoadmapFrame[] = [];
  readonly sentAt: number[] = [];
  readonly socket: WebSocket;
  closed: { code: number; reason: string } | null = null;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.accept();
    socket.addEventListener("message", ({ data }) => {
      this.frames.push(RoadmapFrame.parse(JSON.parse(String(data))));
      this.sentAt.push(Date.now());
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
    });
  }

  static async open(workspace: string, query = "", headers: Record<string, string> = {}): Promise<RoadmapPeer> {
    const response = await upgrade(`/api/v1/${workspace}/roadmap`, query, headers);
    if (response.webSocket === null) throw new Error(`refused: ${response.status} ${await response.text()}`);
    return new RoadmapPeer(response.webSocket);
  }

  static async greeted(workspace: string, since: number | null = null, query = ""): Promise<RoadmapPeer> {
    const peer = await RoadmapPeer.open(workspace, query);
    peer.socket.send(JSON.stringify({ type: "hello", since }));
    await peer.until(() => peer.frames.length > 0);
    return peer;
  }

  async until(found: () => boolean): Promise<void> {
    const deadline = Date.now() + 5_000;
    while (!found()) {
      if (Date.now() > deadline) throw new Error(`not seen; frames: ${JSON.stringify(this.frames)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  ofType(type: RoadmapFrame["type"]): RoadmapFrame[] {
    return this.frames.filter((frame) => frame.type === type);
  }
}
