/** Runs axe-core in a page (whose context bypasses the content security policy, for axe is injected) and tells what matters. */
import axe from "axe-core";
import type { Page } from "playwright-core";

/** One line per serious or critical finding and element. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Colours in the middle of a transition are nobody's contrast.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.addScriptTag({ content: axe.source });
  return await page.evaluate(async () => {
    const { axe: injected } = window as unknown as { axe: typeof axe };
    const { violations } = await injected.run(document, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ""}`),
      );
  });
}
