/** Made-up feedback about a few things, so that a test knows which items belong together. */
const TOPICS = {
  dark: {
    words: ["dark mode", "night theme", "dark theme", "black background"],
    frames: [
      "Please add a {} to the app",
      "A {} for the evening",
      "{} hurts less at night",
      "Let the dashboard have a {}",
      "{} that follows the system",
    ],
  },
  export: {
    words: ["CSV export", "export to spreadsheets", "Excel export", "export as CSV"],
    frames: [
      "{} of all reports",
      "Reports need {}",
      "{} with every column",
      "Schedule the {} of reports",
      "{} drops the last column",
    ],
  },
  login: {
    words: ["single sign-on", "SSO login", "login with Okta", "SAML login"],
    frames: [
      "{} for our company",
      "Our company requires {}",
      "{} fails for invited colleagues",
      "Colleagues wait for {}",
      "{} should remember the company",
    ],
  },
  mobile: {
    words: ["Android app", "mobile app", "iPhone app", "phone app"],
    frames: [
      "{} crashes after the update",
      "The {} drains the battery",
      "Offline reading in the {}",
      "{} notifications arrive late",
      "Battery of the phone and the {}",
    ],
  },
} as const;

export type Topic = keyof typeof TOPICS;
export const TOPIC_NAMES = Object.keys(TOPICS) as Topic[];

/** Every topic in turn, so that neighbours are about different things. */
export function titlesOf(count: number): { readonly topic: Topic; readonly title: string }[] {
  return Array.from({ length: count }, (_, n) => {
    const topic = TOPIC_NAMES[n % TOPIC_NAMES.length] ?? "dark";
    const { words, frames } = TOPICS[topic];
    const turn = Math.floor(n / TOPIC_NAMES.length);
    const word = words[turn % words.length] ?? "";
    const frame = frames[Math.floor(turn / words.length) % frames.length] ?? "";
    return { topic, title: frame.replace("{}", word) };
  });
}
