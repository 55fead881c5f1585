/**
 * The part of the design's vocabulary that the widget needs, and how statuses look. A file of its own, so that the rest
 * (`tokens.ts`) does not end up in the widget's bundle.
 */
/** What the widget needs, which has 10 KiB for everything; it mixes softer tones itself. */
export const CORE = `
--gs-bg:light-dark(#fff,#151b1a);
--gs-raised:light-dark(#fff,#1b2321);
--gs-sunken:light-dark(#f3f5f4,#101615);
--gs-text:light-dark(#14201d,#e8efed);
--gs-muted:light-dark(#586662,#9daba7);
--gs-line:light-dark(#e4e9e7,#29332f);
--gs-line-strong:light-dark(#c8d1ce,#3d4946);
--gs-accent:light-dark(#0f766e,#2fb8a8);
--gs-accent-text:light-dark(#0f6b64,#5ed4c5);
--gs-on-accent:light-dark(#fff,#04211d);
--gs-danger:light-dark(#b3261e,#ff9b91);
--gs-amber:light-dark(#86500a,#f2c078);
--gs-blue:light-dark(#1f4f93,#9cc3fb);
--gs-violet:light-dark(#5a3aa3,#c5b2fb);
--gs-green:light-dark(#1b6838,#86d9a4);
--gs-font:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
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
