/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/**
 * A stand-in for a customer's own site with the widget on it, for `npm start`. It shares no style with our pages, as a customer's site
 * would not: its few rules stand inline under a nonce.
 */
import { raw } from "hono/html";

const STYLE = `
:root{color-scheme:light dark;--ink:light-dark(#2b2118,#f3ebe0);--soft:light-dark(#6f5f50,#b9aa9a);--paper:light-dark(#fbf6ee,#1a1511);--card:light-dark(#fffdf9,#231d18);--rule:light-dark(#e9dfd0,#3a3028);--clay:light-dark(#a8441f,#f0936c)}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.6 Georgia,"Times New Roman",serif}
header,main,footer{max-width:1000px;margin:0 auto;padding:0 24px}
header{display:flex;align-items:baseline;gap:28px;padding-top:28px}
header b{font-size:22px;letter-spacing:-.01em;margin-right:auto}
header a{color:var(--soft);text-decoration:none;font-size:16px}
h1{font-size:clamp(36px,6vw,60px);line-height:1.08;letter-spacing:-.02em;margin:72px 0 18px;max-width:14ch;font-weight:500}
.lead{max-width:52ch;color:var(--soft);font-size:20px;margin:0}
.three{display:grid;grid-template-columns:repeat(auto-fit,minmax(240px,1fr));gap:20px;margin:56px 0 80px}
.three div{background:var(--card);border:1px solid var(--rule);border-radius:4px;padding:24px}
.three h2{font-size:19px;margin:0 0 6px;color:var(--clay)}
.three p{margin:0;color:var(--soft);font-size:16px}
.ask{border-top:1px solid var(--rule);padding:56px 0 96px}
.ask>h2{font-size:32px;font-weight:500;letter-spacing:-.015em;margin:0 0 6px}
.ask>p{margin:0 0 28px;color:var(--soft)}
footer{padding-bottom:40px;color:var(--soft);font-size:14px}
`;

const FEATURES = [
  ["Harvest windows", "Frost dates, soil warmth and your own notes, turned into one line a day: sow, wait or pick."],
  ["Shared beds", "Everyone on the plot sees who watered what. No more drowned tomatoes."],
  ["Seed ledger", "What you kept, what you swapped, what came up. Three seasons on one page."],
] as const;

export function DemoPage({ nonce }: { readonly nonce: string }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>Plotwise: the allotment planner</title>
        <style nonce={nonce}>{raw(STYLE)}</style>
        <script src="/widget.js" data-workspace="demo" data-board="ideas" async></script>
      </head>
      <body>
        <header>
          <b>Plotwise</b>
          <a href="#features">Features</a>
          <a href="#ideas">Ideas</a>
        </header>
        <main>
          <h1>A calmer year on the allotment.</h1>
          <p class="lead">
            Plotwise plans sowing, watering and harvest for gardens that several people share. (It is made up: this page
            shows Groundswell’s widget on somebody else’s site. Try the button in the corner.)
          </p>
          <div class="three" id="features">
            {FEATURES.map(([name, text]) => (
              <div>
                <h2>{name}</h2>
                <p>{text}</p>
              </div>
            ))}
          </div>
          <section class="ask" id="ideas">
            <h2>What should we build next?</h2>
            <p>The same board, inline. Votes here and in the corner move together.</p>
            <groundswell-board workspace="demo" board="ideas"></groundswell-board>
          </section>
        </main>
        <footer>Plotwise is a sample page of this Groundswell instance.</footer>
      </body>
    </html>
  );
}
