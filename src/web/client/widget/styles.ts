/**
 * The widget's one stylesheet, adopted by every shadow root it makes (constructed, so a host page's `style-src` does not stop it).
 * `:host` is reset with `!important`, which from inside a shadow tree beats even the page's own `!important`.
 */
import { CORE } from "../core-tokens.ts";

/** A colour of the tokens, thinned with the ground. */
const tone = (name: string, percent: number): string =>
  `color-mix(in oklab,var(--gs-${name}) ${String(percent)}%,var(--gs-bg))`;

const CSS = `
:host{all:initial!important;display:block!important}
.gs{${CORE}--muted:${tone("text", 70)};--edge:1px solid ${tone("text", 26)};--line:1px solid ${tone("text", 11)};--dip:${tone("text", 5)};--ink:light-dark(oklch(from var(--gs-accent) min(l,.48) c h),oklch(from var(--gs-accent) max(l,.8) c h));color-scheme:light dark;font:400 15px/1.5 var(--gs-font);color:var(--gs-text);overflow-wrap:anywhere}
.gs[data-theme=light]{color-scheme:light}
.gs[data-theme=dark]{color-scheme:dark}
:where(.gs *){box-sizing:border-box;margin:0}
[hidden]{display:none!important}
ul{padding:0;list-style:none}
h2,h3{font-size:15px;font-weight:600}
button,.field,.like{border-radius:8px}
button,input,textarea{font:inherit;color:inherit}
button{display:flex;align-items:center;justify-content:center;gap:7px;height:40px;padding:0 15px;background:none;border:1px solid #0000;font-weight:600;white-space:nowrap;cursor:pointer;transition:background .15s,border-color .15s}
button:hover{background:var(--dip)}
:focus{outline:0}
:focus-visible,.field:focus{outline:2px solid var(--gs-accent);outline-offset:1px}
svg{width:16px;height:16px;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round;flex:none}
.said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.main{background:var(--gs-accent);color:oklch(from var(--gs-accent) clamp(0,(.6 - l)*99,1) 0 0)}
.main:hover{filter:brightness(.9)}
[aria-disabled=true]{opacity:.6}
.plain,.field,.vote{border:var(--edge)}
.open,.panel{position:fixed;inset:auto 20px 20px auto;z-index:2147483000;box-shadow:0 12px 36px -8px #0005}
.open{height:44px;border-radius:16px}
[data-position=left]>*{inset-inline:20px auto}
.panel{padding:0;width:min(432px,100vw - 40px);height:min(700px,100dvh - 40px);max-width:none;max-height:none;border:var(--line);border-radius:14px;background:var(--gs-bg);color:inherit;overflow:hidden}
.panel::backdrop{background:#0004}
.view{display:flex;flex-direction:column;position:relative;height:100%;background:var(--gs-bg)}
.inline .view{border:var(--line);border-radius:14px;overflow:hidden}
header{display:flex;align-items:center;padding:16px 12px 0 20px}
h2{flex:1;font-size:18px;line-height:36px}
.square{width:36px;height:36px;padding:0;color:var(--muted)}
.tools{display:grid;grid-template-columns:1fr auto;gap:12px 8px;padding:12px 20px;border-bottom:var(--line)}
.find{position:relative}
.find svg{position:absolute;inset:12px auto auto 12px;color:var(--muted)}
.find .field{padding-inline-start:36px}
.field{width:100%;height:40px;padding:8px 12px;background:none;appearance:none}
.field::placeholder{color:var(--muted);opacity:1}
textarea.field{display:block;height:120px;resize:vertical}
.sorts{display:flex;gap:2px;margin-inline-start:-10px}
.sorts button{height:30px;padding:0 10px;color:var(--muted);font-size:13px}
.sorts [aria-pressed=true]{color:var(--gs-text);background:var(--dip)}
.scroll{flex:1;overflow:auto;overscroll-behavior:contain}
.row{display:grid;grid-template-columns:auto 1fr;gap:14px;padding:16px 20px;border-bottom:var(--line)}
.fresh{animation:fresh 2.4s}
@keyframes fresh{0%,40%{background:${tone("accent", 12)}}}
.vote{flex-direction:column;gap:1px;width:50px;height:54px;padding:0;font-size:13px;line-height:1.3;font-variant-numeric:tabular-nums}
.up{display:block;animation:up .25s}
@keyframes up{0%{translate:0 7px;opacity:0}}
.vote:hover{border-color:var(--gs-accent)}
.vote[aria-pressed=true]{background:${tone("accent", 12)};border-color:${tone("accent", 45)};color:var(--ink)}
.vote[aria-pressed=true] svg{fill:currentColor}
.title{display:block;height:auto;padding:0;border:0;text-align:start;white-space:normal;line-height:1.4}
.title:hover{background:none;color:var(--ink)}
.text{margin-top:3px;color:var(--muted);font-size:14px;white-space:pre-line}
:not(.wide)>*>.text{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
.meta{display:flex;flex-wrap:wrap;gap:4px 8px;margin-top:6px}
.meta,footer{color:var(--muted);font-size:12px}
.badge,.wrong{color:light-dark(oklch(.45 .12 var(--h)),oklch(.84 .09 var(--h)))}
.badge{padding:0 8px;border-radius:6px;font-weight:600;background:var(--dip)}
.bone{height:56px;margin:20px;border-radius:8px;background:var(--dip);animation:wait 1s infinite alternate}
@keyframes wait{to{opacity:.4}}
.note{padding:48px 32px;text-align:center;color:var(--muted)}
.note b{display:block;color:var(--gs-text);font-weight:600}
.note .plain{margin:16px auto 0;color:var(--gs-text)}
.more{width:calc(100% - 40px);margin:16px 20px}
footer{display:flex;align-items:center;gap:8px;padding:10px 20px;border-top:var(--line)}
footer::before{content:"";width:7px;height:7px;border-radius:50%;background:var(--muted)}
footer[data-status=live]::before{background:var(--gs-accent)}
form{padding:8px 20px 24px}
label{display:block;margin:16px 0 6px;font-size:13px;font-weight:600}
.wrong{margin-top:8px;--h:28}
.acts{display:flex;gap:8px;margin-top:20px}
.like{margin-top:14px;border:var(--line)}
.like>p{padding:10px 12px 0;font-size:13px;font-weight:600}
.like .row{padding:10px 12px;gap:12px}
.like .text,.like li:not(.wide) .text{display:none}
.like li:last-child{border:0}
@media(max-width:540px){.panel{inset:0!important;width:100%;height:100dvh;border:0;border-radius:0}.field{font-size:16px}}
@media(prefers-reduced-motion:reduce){.gs *{animation:none!important;transition:none!important}}
.amber{--h:65}
.blue{--h:255}
.violet{--h:295}
.green{--h:150}
`;

let sheet: CSSStyleSheet | undefined;

export function adoptStyles(root: ShadowRoot): void {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  root.adoptedStyleSheets = [sheet];
}
