/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** Data for the page's client in an inert script block: nothing in it is ever executed. */
import { raw } from "hono/html";
import { type PageState, STATE_BLOCK_ID } from "./page-state.ts";

export function StateBlock({ state }: { readonly state: PageState }) {
  // Descriptions are long, in the markup already, and nothing the client sorts or counts by.
  const items = state.items.map((item) => ({ ...item, description: "" }));
  return (
    <script type="application/json" id={STATE_BLOCK_ID}>
      {raw(scriptSafe(JSON.stringify({ ...state, items })))}
    </script>
  );
}

/** No `<` remains, so that neither `</script` nor `<!--` can end or swallow the block. */
function scriptSafe(json: string): string {
  return json.replaceAll("<", "\\u003c");
}
