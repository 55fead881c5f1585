/** The words of an invitation to a team. The workspace goes by its slug, for a name is whatever somebody wrote, and strangers get this mail. */
import { DAY_MS, INVITATION_MS } from "../../limits.ts";
import type { Message } from "./port.ts";

export function invitationMail(origin: string, to: string, workspace: string, link: string): Message {
  const days = String(INVITATION_MS / DAY_MS);
  const text = `You are invited to the team of "${workspace}" at ${origin}. Sign in there with this address, or open an account with it, and follow this link to join:\n\n${link}\n\nIt is good for ${days} days, once. If you do not know the team, do nothing.\n`;
  return { to, subject: `Invitation to the team of "${workspace}"`, text, link };
}
