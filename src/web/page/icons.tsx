/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The few drawings of the pages, inline so that they take the text's colour. All are decoration: the words next to them carry the meaning. */

/** Three swells, the product's mark. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" fill="currentColor" />
      <path
        d="M5 20.5c3.2 0 4.4-2.2 6.2-5 1.9-3 3.9-6 7.8-6 3.4 0 5.5 2 6 4.2-1-.9-2.2-1.4-3.5-1.4-3.6 0-4.6 8.2-10.6 8.2z"
        fill="#fff"
      />
      <path d="M5 24.5h22" stroke="#fff" stroke-width="2" stroke-linecap="round" opacity=".65" />
    </svg>
  );
}

export function Caret() {
  return (
    <svg class="caret" viewBox="0 0 12 8" width="12" height="8" aria-hidden="true" focusable="false">
      <path d="M6 .9 11 7H1z" fill="currentColor" stroke="currentColor" stroke-width="1" stroke-linejoin="round" />
    </svg>
  );
}

export function SearchGlass() {
  return (
    <svg class="glass" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <circle cx="7" cy="7" r="4.6" fill="none" stroke="currentColor" stroke-width="1.6" />
      <path d="m10.6 10.6 3.4 3.4" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" />
    </svg>
  );
}

/** A calm sea, for lists with nothing in them. */
export function CalmSea() {
  return (
    <svg class="sea" viewBox="0 0 160 72" width="160" height="72" aria-hidden="true" focusable="false">
      <circle cx="112" cy="26" r="13" fill="currentColor" opacity=".18" />
      <g fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round">
        <path d="M12 42c9 0 9-6 18-6s9 6 18 6 9-6 18-6 9 6 18 6 9-6 18-6 9 6 18 6 9-6 18-6" />
        <path d="M28 53c7 0 7-4 14-4s7 4 14 4 7-4 14-4 7 4 14 4 7-4 14-4 7 4 14 4" opacity=".6" />
        <path d="M52 63c5 0 5-3 10-3s5 3 10 3 5-3 10-3 5 3 10 3" opacity=".3" />
      </g>
    </svg>
  );
}

/** The mark again as a data URI: the only image the pages load. */
export const FAVICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#0f766e"/><path d="M5 20.5c3.2 0 4.4-2.2 6.2-5 1.9-3 3.9-6 7.8-6 3.4 0 5.5 2 6 4.2-1-.9-2.2-1.4-3.5-1.4-3.6 0-4.6 8.2-10.6 8.2z" fill="#fff"/><path d="M5 24.5h22" stroke="#fff" stroke-width="2" stroke-linecap="round" opacity=".65"/></svg>',
)}`;
