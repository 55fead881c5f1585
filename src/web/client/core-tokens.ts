/**
 * The part of the design's vocabulary that the widget needs, and how statuses look. A file of its own, so that the rest
 * (`tokens.ts`) does not end up in the widget's bundle.
 */
/** What the widget needs, which has 10 KiB for everything; it mixes the rest from these. */
export const CORE = `
--gs-bg:light-dark(#fff,#151b1a);
--gs-text:light-dark(#14201d,#e8efed);
--gs-accent:light-dark(#0f766e,#2fb8a8);
--gs-font:system-ui,sans-serif;
`;

/** How a status reads, and which of the tokens' hues it wears (`--gs-<hue>`, `--gs-<hue>-soft`). `open` wears no badge. */
export const STATUS_LOOK = {
  open: { label: "Open", hue: "" },
  under_review: { label: "Under review", hue: "amber" },
  planned: { label: "Planned", hue: "blue" },
  in_progress: { label: "In progress", hue: "violet" },
  completed: { label: "Completed", hue: "green" },
  closed: { label: "Closed", hue: "" },
} as const;
