/** A body for each endpoint that takes one, which fits; what it names need not be there. */
import type { Endpoint } from "../../src/protocol/rest/endpoint.ts";

const BODIES: Readonly<Record<string, object>> = {
  updateMember: { role: "member" },
  createInvitation: { email: "eve@example.com", role: "member" },
  createApiKey: { name: "One", scopes: ["read"] },
  updateSettings: { anonymousPosting: true },
  updateRateLimits: { read: 600 },
  updateBranding: { accentColor: null },
  createBoard: { slug: "ideas", name: "Taken" },
  updateBoard: { description: "" },
  inviteGuest: { externalUserId: "guest" },
  createFeedback: { title: "By a key" },
  updateFeedback: { title: "Changed" },
  castVote: { externalUserId: "somebody" },
  createComment: { body: "By a key" },
  updateComment: { body: "Changed" },
  removeVote: { externalUserId: "somebody" },
  updateWorkspace: { name: "Test" },
  mergeFeedback: { intoId: 998 },
  createDuplicates: { feedbackIds: [998, 999] },
  confirmDuplicates: { intoId: 998 },
  moderate: { action: "approve", entries: [{ kind: "feedback", id: 999 }] },
  createPhase: { name: "Soon" },
  updatePhase: { name: "Later" },
  createRoadmapItem: { phaseId: 999, title: "By a key" },
  updateRoadmapItem: { title: "Changed" },
  updateTheme: { pinned: true },
  mergeTheme: { intoId: 998 },
};

export function fittingBody({ body, operationId }: Endpoint): object | undefined {
  return body === undefined ? undefined : BODIES[operationId];
}
