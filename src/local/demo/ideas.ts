/** The demo's main board: what users of Harbor, an invented shared inbox for small support teams, might ask for. */
import type { DemoItem } from "./item.ts";

export const IDEAS: readonly DemoItem[] = [
  {
    title: "Show when a teammate is already replying",
    description:
      "Twice this week two of us answered the same customer within a minute, once with different prices. A small 'Mira is writing' next to the thread would be enough. Locking it would be too much: sometimes I want to take over on purpose.",
    category: "Inbox",
    status: "in_progress",
    pinned: true,
    votes: 214,
  },
  {
    title: "Undo send, for thirty seconds",
    description:
      "Ten seconds is how long it takes me to notice the missing attachment. Please let each of us choose, up to half a minute.",
    category: "Inbox",
    status: "completed",
    votes: 187,
  },
  {
    title: "Dark theme that follows the system",
    description:
      "Our night shift works in a dim room and Harbor is the brightest thing in it. Follow the operating system, with a switch for those who want it always on.",
    category: "Look and feel",
    status: "completed",
    votes: 163,
  },
  {
    title: "Rules that run on a schedule",
    description:
      "Rules fire when a message arrives. I need some that fire when nothing arrives: 'waiting for the customer for five working days: send the reminder, then close after three more'.",
    category: "Automation",
    status: "planned",
    votes: 148,
  },
  {
    title: "Search inside attachments",
    description:
      "Invoices come as PDFs called document.pdf. The number we look for is in the file and nowhere in the message.",
    category: "Search",
    status: "under_review",
    votes: 131,
  },
  {
    title: "Merge two conversations from the same customer",
    description:
      "People write again instead of replying. Merging should keep both subjects in the history and tell the second assignee what became of their thread.",
    category: "Inbox",
    status: "in_progress",
    votes: 118,
  },
  {
    title: "Saved replies with fields to fill in",
    description:
      "We have eleven copies of the refund answer that differ in one number. Let a saved reply ask for the amount and the date when it is inserted, and refuse to send while a field is empty.",
    category: "Automation",
    status: "planned",
    votes: 104,
  },
  {
    title: "Response time by hour of the day",
    description:
      "The weekly average hides that we are fast in the morning and slow after lunch. A heat map of weekday by hour, median and 90th percentile, would settle our rota discussion.",
    category: "Reports",
    votes: 92,
  },
  {
    title: "Sign in with our company account",
    description:
      "We are thirty people and each has yet another password. SAML or OpenID Connect, and please let an admin switch passwords off for everyone once it works.",
    category: "Account",
    status: "planned",
    votes: 86,
  },
  {
    title: "Keyboard shortcut to move to the next unread",
    description:
      "J and K walk through everything. I want N to skip what I have read, and a list of all shortcuts under the question mark.",
    category: "Inbox",
    status: "completed",
    votes: 77,
  },
  {
    title: "Share a view by link",
    description:
      "I build a filter, describe it in chat, and a colleague builds it again, slightly wrong. The address bar should hold the filter.",
    category: "Search",
    votes: 69,
  },
  {
    title: "Warn before sending to an address we never wrote to",
    description:
      "Autocomplete picked 'jonas@' of another company and out went a contract. One line above the send button would have stopped me.",
    category: "Inbox",
    status: "under_review",
    votes: 64,
  },
  {
    title: "Export everything, in one file we can read",
    description:
      "Our auditors want last year's conversations with times and authors. JSON or plain mailboxes, not three hundred screenshots.",
    category: "Account",
    votes: 58,
  },
  {
    title: "Private notes that mention someone",
    description:
      "When I write @Theo in a note he should be told, see the thread in his list, and not have to follow it forever after.",
    category: "Inbox",
    status: "completed",
    votes: 53,
  },
  {
    title: "Holidays in the reply-time clock",
    description:
      "Each first of May our reports say that we took four days. Working hours know weekends, they should know our public holidays, which differ between the Lisbon and the Graz office.",
    category: "Reports",
    votes: 47,
  },
  {
    title: "Calendar invitations shown as such",
    description: "They arrive as an attachment called invite.ics. Show the time in my zone, and whether I am free.",
    category: "Integrations",
    votes: 43,
  },
  {
    title: "Round-robin that knows who is on leave",
    description:
      "Assignment goes on while I am at the seaside, and forty people wait for me. Setting 'away until' should take me out, and hand on what is urgent.",
    category: "Automation",
    status: "under_review",
    votes: 39,
  },
  {
    title: "Webhook when a conversation changes its state",
    description:
      "We poll every minute to keep our order system in step. Opened, assigned, closed and reopened would cover it; signed, please, and tried again when our end is down.",
    category: "Integrations",
    status: "planned",
    votes: 36,
  },
  {
    title: "Let customers rate an answer with one click",
    description:
      "Two links at the end of the mail, good and bad, and an optional sentence. No survey, no ten-point scale.",
    category: "Reports",
    votes: 32,
  },
  {
    title: "Colours for tags",
    description:
      "Eighty grey tags. I find 'refund' by reading all of them. A colour and perhaps a symbol, for those of us who see fewer colours.",
    category: "Look and feel",
    status: "completed",
    votes: 29,
  },
  {
    title: "Quote only the part I selected",
    description: "Select two lines, press reply, get those two lines quoted. As mail programs did in 1998.",
    category: "Inbox",
    votes: 26,
  },
  {
    title: "Detect the language and pick the signature",
    description:
      "We answer in German, Portuguese and English. The greeting I add by hand, the signature I forget about once a day.",
    category: "Automation",
    votes: 23,
  },
  {
    title: "Show the customer's open orders beside the thread",
    description:
      "A panel that we fill from our own system: you send the address, we send back a few lines and links. Nothing to store on your side.",
    category: "Integrations",
    status: "under_review",
    votes: 21,
  },
  {
    title: "Announce new messages to screen readers, politely",
    description:
      "With NVDA I only learn of a new message when I walk the list again. A polite live region with sender and subject would do. Not the whole text.",
    category: "Accessibility",
    status: "in_progress",
    votes: 19,
  },
  {
    title: "Larger click targets in the sidebar",
    description: "My hands tremble. The arrows to fold a folder are eight pixels wide and next to 'delete folder'.",
    category: "Accessibility",
    status: "planned",
    votes: 17,
  },
  {
    title: "Spam that learns from all of us",
    description:
      "When one of us marks a sender as junk the others still see the next mail. One decision should count for the team.",
    category: "Inbox",
    votes: 16,
  },
  {
    title: "Draft replies from our own help pages",
    description:
      "Half of our answers are a paragraph of the manual. Suggest the paragraph with its link and let me edit it. I do not want anything to be sent by itself.",
    category: "Automation",
    votes: 14,
  },
  {
    title: "Pin a conversation to the top",
    description: "There is always one that must not sink. Mine, not everybody's.",
    category: "Inbox",
    votes: 13,
  },
  {
    title: "Print a thread without the buttons",
    description: "The file for the insurance has 'Reply', 'Forward' and my avatar on every page.",
    category: "Look and feel",
    status: "completed",
    votes: 11,
  },
  {
    title: "Compare two weeks in the report",
    description: "Was it quieter than the week before, or did we just answer faster? Two lines in one chart.",
    category: "Reports",
    votes: 10,
  },
  {
    title: "Search for messages without an answer",
    description: "A filter 'last word is the customer's, older than two days' would be my first click each morning.",
    category: "Search",
    votes: 9,
  },
  {
    title: "Roles between admin and everybody",
    description: "Our interns need to answer, not to delete mailboxes. Our team leads need rules, not the invoice.",
    category: "Account",
    votes: 8,
  },
  {
    title: "Post to the chat channel only when it is urgent",
    description: "The integration reports every message and so nobody reads the channel any more. Let a rule decide.",
    category: "Integrations",
    votes: 7,
  },
  {
    title: "Emoji in saved replies come out as question marks",
    description: "Only in mails to one provider. The preview is fine. I can send you the raw message.",
    category: "Inbox",
    status: "under_review",
    votes: 6,
  },
  {
    title: "Remember the width of the list",
    description: "I drag it to the left every morning.",
    category: "Look and feel",
    votes: 5,
  },
  {
    title: "Import from a folder of old mailboxes",
    description: "We have six years in mbox files. They need not be answerable, only found by the search.",
    category: "Account",
    votes: 4,
  },
  {
    title: "A sound when the queue is empty",
    description: "A small ship's bell. It is called Harbor, after all. Off unless I ask for it.",
    category: "Look and feel",
    votes: 4,
  },
  {
    title: "Fax gateway",
    description: "Two pharmacies insist. I am as surprised as you are.",
    category: "Integrations",
    status: "closed",
    votes: 3,
  },
  {
    title: "Show message sizes in the list",
    description: "To find what fills our storage. Sorting by size would be better still.",
    category: "Search",
    votes: 2,
  },
  {
    title: "Type faster than the editor",
    description: "In threads with more than a hundred messages letters appear late. Firefox, a four-year-old laptop.",
    category: "Inbox",
    votes: 1,
  },
];
