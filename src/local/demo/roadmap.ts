/** The demo's roadmap: what of the boards is looked at, planned, under way and done, and one thing that nobody asked for. */
import type { Feedback, Status } from "../../protocol/rest/feedback.ts";

/** A call of the API, below /api/v1; throws when it is refused. */
type Call = (method: string, path: string, body?: object) => Promise<unknown>;

const PHASES: readonly { readonly name: string; readonly status: Status; readonly itemsMax: number }[] = [
  { name: "Exploring", status: "under_review", itemsMax: 6 },
  { name: "Planned", status: "planned", itemsMax: 6 },
  { name: "In progress", status: "in_progress", itemsMax: 6 },
  { name: "Shipped", status: "completed", itemsMax: 5 },
];
const OWN = {
  phase: "Planned",
  title: "A second data centre, in Frankfurt",
  description: "Workspaces of European teams move there, with nothing to do for them.",
};

/** The most wanted of all boards first. */
export async function makeRoadmap(call: Call, workspace: string, boards: readonly string[]): Promise<void> {
  const root = `/workspaces/${workspace}/roadmap`;
  for (const { name, status, itemsMax } of PHASES) {
    const { id: phaseId } = (await call("POST", `${root}/phases`, { name, status })) as { id: number };
    const lists = await Promise.all(
      boards.map(async (board) => call("GET", `/${workspace}/${board}/feedback?status=${status}&limit=100`)),
    );
    const wanted = (lists as Feedback[][]).flat().toSorted((a, b) => b.voteCount - a.voteCount);
    for (const { id } of wanted.slice(0, itemsMax)) await call("POST", `${root}/items`, { phaseId, feedbackId: id });
    if (name === OWN.phase) {
      const { title, description } = OWN;
      await call("POST", `${root}/items`, { phaseId, title, description });
    }
  }
}
