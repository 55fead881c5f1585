/** What is said in the demo: a few threads under what is wanted most, with answers and notes of the team. */
import type { Feedback } from "../../protocol/rest/feedback.ts";

/** A call of the API, below /api/v1; throws when it is refused. */
type Call = (method: string, path: string, body?: object) => Promise<unknown>;

type Said = {
  readonly body: string;
  /** Nobody: the team. */
  readonly by?: string;
  readonly isInternal?: true;
  readonly replies?: readonly Said[];
};

const DISCUSSIONS: Readonly<Record<string, readonly Said[]>> = {
  "Show when a teammate is already replying": [
    {
      body: "Happened twice this week: two of us answered the same refund, with **different amounts**.",
      by: "person-12",
      replies: [
        {
          body: "Same here. Even a grey “Ana is writing …” above the box would do.",
          by: "person-31",
        },
        {
          body: "Does it have to lock the conversation, or is it enough to see it?",
          replies: [
            { body: "Seeing it is enough. A lock would be in the way when somebody goes to lunch.", by: "person-12" },
          ],
        },
      ],
    },
    {
      body: "Presence comes for free with the new sockets. Check the cost for teams of 40 and more first.",
      isInternal: true,
    },
  ],
  "Undo send, for thirty seconds": [
    { body: "Ten seconds would already save me. The typo is always in the customer's name.", by: "person-7" },
    { body: "We will try ten, with a setting for up to thirty. Replies by API are sent at once, as today." },
  ],
  "Dark theme that follows the system": [
    { body: "Night shifts say thank you in advance.", by: "person-44" },
    {
      body: "Please keep quoted mails readable: many bring their own white background.",
      by: "person-19",
      replies: [
        { body: "Good point, it is on the list of what we look at:\n\n- quoted mails\n- screenshots\n- signatures" },
      ],
    },
  ],
  "Search inside attachments": [
    { body: "PDF first, please. Nearly all our invoices are.", by: "person-25" },
    { body: "And scans? They have no text of their own.", by: "person-3" },
  ],
};

export async function makeDiscussions(call: Call, workspace: string, board: string): Promise<void> {
  const items = (await call("GET", `/${workspace}/${board}/feedback?limit=100`)) as readonly Feedback[];
  for (const { id, title } of items) {
    await say(call, `/${workspace}/${board}/feedback/${String(id)}/comments`, DISCUSSIONS[title] ?? []);
  }
}

/** One after the other, so that the order is the same each time. */
async function say(call: Call, path: string, said: readonly Said[], parentId?: number): Promise<void> {
  for (const { body, by, isInternal, replies = [] } of said) {
    const made = await call("POST", path, { body, parentId, isInternal, externalUserId: by });
    await say(call, path, replies, (made as { readonly id: number }).id);
  }
}
