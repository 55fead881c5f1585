/**
 * The widget's one stylesheet, adopted by every shadow root it makes (constructed, so a host page's `style-src` does not stop it).
 * `:host` is reset with `!important`, which from inside a shadow tree beats even the page's own `!important`.
 */
import { CORE } from "../core-tokens.ts";

const CSS = `
:host{all:initial!important;display:block!important}
.gs{${CORE.replaceAll("\n", "")}color-scheme:light dark;font:400 15px/1.5 var(--gs-font);color:var(--gs-text);overflow-wrap:anywhere}
.gs[data-theme=light]{color-scheme:light}
.gs[data-theme=dark]{color-scheme:dark}
:where(.gs *){box-sizing:border-box;margin:0}
[hidden]{display:none!important}
ul{padding:0;list-style:none}
h2,h3{font-size:15px;font-weight:600}
button,.field,.like{border-radius:8px}
button,input,textarea{font:inherit;color:inherit}
button{display:flex;align-items:center;justify-content:center;gap:7px;height:40px;padding:0 15px;background:none;border:1px solid #0000;font-weight:600;white-space:nowrap;cursor:pointer;transition:background .15s,border-color .15s}
button:hover{background:var(--gs-sunken)}
:focus{outline:0}
:focus-visible,.field:focus{outline:2px solid var(--gs-accent);outline-offset:1px}
svg{width:16px;height:16px;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round;flex:none}
.said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.main{background:var(--gs-accent);color:var(--gs-on-accent)}
.main:hover{background:color-mix(in oklab,var(--gs-accent),var(--gs-text) 20%)}
[aria-disabled=true]{opacity:.6}
.plain,.field,.vote{border:1px solid var(--gs-line-strong)}
.open,.panel{position:fixed;inset:auto 20px 20px auto;z-index:2147483000;box-shadow:0 12px 36px -8px #0005}
.open{height:44px;border-radius:12px}
[data-position=left]>*{inset-inline:20px auto}
.panel{padding:0;width:min(432px,100vw - 40px);height:min(700px,100dvh - 40px);max-width:none;max-height:none;border:1px solid var(--gs-line);border-radius:14px;background:var(--gs-bg);color:inherit;overflow:hidden}
.panel::backdrop{background:#0004}
.view{display:flex;flex-direction:column;position:relative;height:100%;background:var(--gs-bg)}
.inline .view{border:1px solid var(--gs-line);border-radius:14px;overflow:hidden}
header{display:flex;align-items:center;padding:16px 12px 0 20px}
h2{flex:1;font-size:18px;letter-spacing:-.012em;line-height:36px}
.square{width:36px;height:36px;padding:0;color:var(--gs-muted)}
.square:first-child{margin-inline-start:-10px}
.tools{display:grid;grid-template-columns:1fr auto;gap:12px 8px;padding:12px 20px;border-bottom:1px solid var(--gs-line)}
.find{position:relative}
.find svg{position:absolute;inset:12px auto auto 12px;color:var(--gs-muted)}
.find .field{padding-inline-start:36px}
.field{width:100%;height:40px;padding:8px 12px;background:var(--gs-raised);appearance:none}
.field::placeholder{color:var(--gs-muted);opacity:1}
.field:hover{border-color:var(--gs-muted)}
[aria-invalid=true]{border-color:var(--gs-danger)}
textarea.field{display:block;height:120px;resize:vertical}
.sorts{display:flex;gap:2px;margin-inline-start:-10px}
.sorts button{height:30px;padding:0 10px;color:var(--gs-muted);font-size:13px}
.sorts [aria-pressed=true]{color:var(--gs-text);background:var(--gs-sunken)}
.scroll{flex:1;overflow:auto;overscroll-behavior:contain}
.row{display:grid;grid-template-columns:auto 1fr;gap:14px;padding:16px 20px;border-bottom:1px solid var(--gs-line)}
.fresh{animation:fresh 2.4s}
@keyframes fresh{0%,40%{background:color-mix(in oklab,var(--gs-accent) 14%,#0000)}}
.vote{flex-direction:column;gap:1px;width:50px;height:54px;padding:0;background:var(--gs-raised);font-size:13px;line-height:1.3;font-variant-numeric:tabular-nums}
.vote:hover{border-color:var(--gs-accent)}
.vote[aria-pressed=true]{background:color-mix(in oklab,var(--gs-accent) 12%,var(--gs-bg));border-color:color-mix(in oklab,var(--gs-accent) 45%,var(--gs-bg));color:var(--gs-accent-text)}
.vote[aria-pressed=true] svg{fill:currentColor}
.title{display:block;height:auto;padding:0;border:0;text-align:start;white-space:normal;line-height:1.4}
.title:hover{background:none;color:var(--gs-accent-text)}
.text{margin-top:3px;color:var(--gs-muted);font-size:14px;white-space:pre-line}
:not(.wide)>*>.text{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
.meta{display:flex;flex-wrap:wrap;gap:4px 8px;margin-top:6px}
.meta,footer{color:var(--gs-muted);font-size:12px}
.badge{padding:0 8px;border-radius:6px;font-weight:600;background:color-mix(in oklab,currentColor 11%,#0000)}
.bone{height:88px;animation:wait 1.2s infinite alternate;background:linear-gradient(var(--gs-sunken) 0 0) 20px/50px 54px no-repeat,linear-gradient(var(--gs-sunken) 0 0) 84px 22px/56% 14px no-repeat,linear-gradient(var(--gs-sunken) 0 0) 84px 50px/38% 12px no-repeat}
@keyframes wait{to{opacity:.4}}
.note{padding:48px 32px;text-align:center;color:var(--gs-muted)}
.note b{display:block;color:var(--gs-text);font-weight:600}
.note .plain{margin:16px auto 0;color:var(--gs-text)}
.more{width:calc(100% - 40px);margin:16px 20px}
footer{display:flex;align-items:center;gap:8px;padding:10px 20px;border-top:1px solid var(--gs-line)}
footer b{margin-inline-start:auto;font-weight:500}
footer::before{content:"";width:7px;height:7px;border-radius:50%;background:var(--gs-line-strong)}
footer[data-status=live]::before{background:var(--gs-accent)}
form{padding:8px 20px 24px}
label{display:block;margin:16px 0 6px;font-size:13px;font-weight:600}
.wrong{margin-top:8px;color:var(--gs-danger);font-size:14px}
.acts{display:flex;gap:8px;margin-top:20px}
.like{margin-top:14px;border:1px solid var(--gs-line)}
.like>p{padding:10px 12px 0;font-size:13px;font-weight:600}
.like .row{padding:10px 12px;gap:12px}
.like .text,.like li:not(.wide) .text{display:none}
.like li:last-child{border:0}
@media(max-width:540px){.panel{inset:0!important;width:100%;height:100dvh;border:0;border-radius:0}.field{font-size:16px}}
@media(prefers-reduced-motion:reduce){.gs *{animation:none!important;transition:none!important}}
@media(forced-colors:active){[aria-pressed=true]{outline:2px solid;outline-offset:-4px}}
${["amber", "blue", "violet", "green"].map((hue) => `.${hue}{color:var(--gs-${hue})}`).join("")}
`;

let sheet: CSSStyleSheet | undefined;

export function adoptStyles(root: ShadowRoot): void {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  root.adoptedStyleSheets = [sheet];
}
