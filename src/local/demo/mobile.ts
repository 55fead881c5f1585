/** The demo's small second board. */
import type { DemoItem } from "./item.ts";

export const MOBILE: readonly DemoItem[] = [
  {
    title: "Swipe a conversation to snooze it",
    description:
      "Left to archive works well. I would like right to snooze, with the last time I picked as the suggestion.",
    category: "Gestures",
    status: "completed",
    votes: 41,
  },
  {
    title: "Quiet hours per person, not per phone",
    description: "When I switch to my tablet it rings at night, because quiet hours are set on each device by itself.",
    category: "Notifications",
    status: "in_progress",
    votes: 33,
  },
  {
    title: "Read attachments without leaving the thread",
    description: "PDFs open in another app and I lose my place. A preview of the first pages would do.",
    category: "Reading",
    status: "planned",
    votes: 22,
  },
  {
    title: "Answer from the lock screen",
    description: "A short 'On it, back to you before noon' is what I send most often while walking.",
    category: "Notifications",
    votes: 14,
  },
  {
    title: "Let the text follow the phone's font size",
    description: "The list does, the message body does not. I read with the second largest setting.",
    category: "Accessibility",
    status: "under_review",
    votes: 9,
  },
  {
    title: "Landscape on small tablets shows one column only",
    description: "There is room for the list and the conversation side by side.",
    category: "Reading",
    votes: 3,
  },
];
