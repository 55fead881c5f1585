/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/**
 * A stand-in for a customer's own site with the widget on it, for `npm start`: the makers of Harbor, whose users' ideas the demo
 * workspace holds. It shares no style with our pages, as a customer's site would not: its few rules stand inline under a nonce.
 */
import { raw } from "hono/html";

/** Harbor's blue, which the widget takes over from the page. */
const BLUE = "#1f4b8f";
const STYLE = `
:root{color-scheme:light;--navy:#12243d;--soft:#4a5b73;--mist:#e6edf4;--rule:#cbd7e3;--blue:${BLUE};--flag:#ffcf33}
*{box-sizing:border-box}
body{margin:0;background:var(--mist);color:var(--navy);font:18px/1.6 Seravek,"Gill Sans Nova",Ubuntu,Calibri,"DejaVu Sans",sans-serif}
h1,h2,h3,.name{font-family:Bahnschrift,"DIN Alternate","Franklin Gothic Medium","Nimbus Sans Narrow",sans-serif-condensed,sans-serif;line-height:1.1;margin:0}
p{margin:0}
a{color:var(--blue)}
code{font-size:.88em;white-space:nowrap}
.in{max-width:1120px;margin:0 auto;padding:0 28px}
.top .in{display:flex;align-items:center;gap:12px;padding-block:22px}
.name{font-size:26px;font-weight:700;margin-right:auto}
.top a{color:inherit;text-decoration:none;margin-left:20px}
.top a:hover{text-decoration:underline}
.hero{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1.05fr);gap:56px;align-items:center;padding-block:64px 88px}
h1{font-size:clamp(38px,5vw,60px);text-wrap:balance}
.lead{margin-top:22px;font-size:20px;color:var(--soft);max-width:36ch}
.desk{background:#fff;border-radius:4px;box-shadow:12px 12px 0 var(--blue);padding:8px 24px;list-style:none;margin:0 12px 12px 0}
.desk li{display:grid;grid-template-columns:40px minmax(0,1fr);gap:2px 16px;padding:18px 0;align-items:center}
.desk li+li{border-top:1px solid var(--rule)}
.who{grid-row:span 2;width:40px;height:40px;border-radius:50%;display:grid;place-items:center;background:var(--navy);color:#fff;font-size:15px}
.desk .free{background:none;border:2px dashed var(--soft);color:var(--soft)}
.desk b{font-weight:600}
.desk p{color:var(--soft);font-size:16px;line-height:1.4}
mark{background:var(--flag);color:var(--navy);padding:1px 6px}
.new{background:var(--navy);color:#fff}
.new .in{padding-block:64px}
h2{font-size:clamp(30px,3.6vw,42px)}
.new ul{list-style:none;padding:0;margin:32px 0 0;display:grid;grid-template-columns:repeat(auto-fit,minmax(250px,1fr));gap:28px 48px}
.new li{border-top:3px solid var(--flag);padding-top:16px}
.new h3{font-size:21px;margin-bottom:6px}
.new p{color:#c3d0e0;font-size:17px}
.ask{display:grid;grid-template-columns:minmax(0,300px) minmax(0,1fr);gap:32px 64px;align-items:start;padding-block:80px 96px}
.ask>div{position:sticky;top:32px}
.ask .word{margin-top:14px;color:var(--soft)}
aside{margin-top:32px;padding-left:16px;border-left:4px solid var(--flag);font-size:15px;line-height:1.55;color:var(--soft)}
footer .in{padding-block:28px 96px;border-top:1px solid var(--rule);color:var(--soft);font-size:15px}
@media(max-width:860px){.hero,.ask{grid-template-columns:minmax(0,1fr);padding-block:36px 64px}.ask>div{position:static}.in{padding-inline:20px}}
@media(max-width:460px){.top a:not(:last-child){display:none}}
`;

/** What Harbor looks like: who has which conversation. */
const DESK = [
  { initials: "MA", subject: "Invoice 2291 twice in the same month", doing: "Mira has it, due today", now: true },
  { initials: "TK", subject: "Where is my parcel to Graz?", doing: "Theo has it until Thursday" },
  { initials: "", subject: "Can we move our plan to yearly?", doing: "Nobody has it yet" },
] as const satisfies readonly { initials: string; subject: string; doing: string; now?: true }[];

/** All of them were ideas on the demo's board, and are marked completed there. */
const SHIPPED = [
  ["Undo send", "Thirty seconds to remember the attachment. Everyone sets their own, from none to half a minute."],
  ["A dark theme", "It follows the system, or stays on all day for the night shift."],
  ["Notes that mention someone", "Write @Theo in a private note: he is told, and need not follow it forever after."],
] as const;

export function DemoPage({ nonce }: { readonly nonce: string }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>Harbor: the shared inbox for small support teams</title>
        <style nonce={nonce}>{raw(STYLE)}</style>
        <script
          src="/widget.js"
          data-workspace="demo"
          data-board="ideas"
          data-theme="light"
          data-accent={BLUE}
          async
        ></script>
      </head>
      <body>
        <header class="top">
          <div class="in">
            <Flag />
            <span class="name">Harbor</span>
            <a href="#new">What is new</a>
            <a href="#ideas">Ideas</a>
          </div>
        </header>
        <main>
          <div class="in hero">
            <div>
              <h1>Every question has somebody’s name on it.</h1>
              <p class="lead">
                Harbor is the shared inbox for small support teams. You see who has which conversation, what was
                promised, and what still waits.
              </p>
            </div>
            <Desk />
          </div>
          <section class="new" id="new">
            <div class="in">
              <h2>New, because you asked</h2>
              <ul>
                {SHIPPED.map(([name, text]) => (
                  <li>
                    <h3>{name}</h3>
                    <p>{text}</p>
                  </li>
                ))}
              </ul>
            </div>
          </section>
          <section class="in ask" id="ideas">
            <div>
              <h2>What should we build next?</h2>
              <p class="word">Vote for what would make your day easier, or tell us something new.</p>
              <AboutThisPage />
            </div>
            <groundswell-board workspace="demo" board="ideas" theme="light" accent={BLUE}></groundswell-board>
          </section>
        </main>
        <footer>
          <div class="in">Harbor does not exist. This is the sample page of a Groundswell instance.</div>
        </footer>
      </body>
    </html>
  );
}

/** The signal flag K: "I wish to communicate with you." */
function Flag() {
  return (
    <svg width="34" height="26" viewBox="0 0 34 26" aria-hidden="true">
      <path fill="#ffcf33" d="M0 0h17v26H0z" />
      <path fill={BLUE} d="M17 0h17v26H17z" />
    </svg>
  );
}

function Desk() {
  return (
    <ul class="desk">
      {DESK.map((row) => (
        <li>
          <span class={row.initials === "" ? "who free" : "who"} aria-hidden="true">
            {row.initials}
          </span>
          <b>{row.subject}</b>
          <p>{"now" in row ? <mark>{row.doing}</mark> : row.doing}</p>
        </li>
      ))}
    </ul>
  );
}

/** For whoever looks at Groundswell here; a customer's page would not have it. */
function AboutThisPage() {
  return (
    <aside aria-label="About this page">
      This page stands for your own site. Groundswell is the button in the corner and the board beside this text, which
      move together. The page is light, so both say <code>light</code> (<code>data-theme</code> on the script,{" "}
      <code>theme</code> on the board), and take its blue as their accent. Left alone, they follow each visitor’s
      system.
    </aside>
  );
}
