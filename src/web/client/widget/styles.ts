/**
 * The widget's one stylesheet, adopted by every shadow root it makes (constructed, so a host page's `style-src` does not stop it).
 * `:host` is reset with `!important`, which from inside a shadow tree beats even the page's own `!important`.
 */
import { themed } from "../tokens.ts";

const CSS = `
:host{all:initial!important;display:block!important}
${themed(".gs", (theme) => `.gs[data-theme=${theme}]`)}
.gs,.gs *,.gs ::before{box-sizing:border-box}
.gs{font:400 var(--gs-size-md)/1.5 var(--gs-font);color:var(--gs-text);text-align:start;-webkit-font-smoothing:antialiased;overflow-wrap:anywhere}
[hidden]{display:none!important}
h2,h3,p,ul{margin:0;padding:0}
ul{list-style:none}
button,input,textarea{font:inherit;color:inherit;margin:0;border-radius:var(--gs-radius)}
button{cursor:pointer;background:none;border:1px solid #0000;padding:0;touch-action:manipulation}
:focus{outline:0}
:focus-visible{outline:2px solid var(--gs-accent);outline-offset:2px}
svg{width:16px;height:16px;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round;flex:none;display:block}
.said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.open{position:fixed;inset-block-end:20px;inset-inline-end:20px;z-index:2147483000;display:flex;align-items:center;gap:8px;height:44px;padding:0 18px 0 15px;background:var(--gs-accent);color:var(--gs-on-accent);border-radius:12px;font-weight:600;box-shadow:var(--gs-shadow);transition:background .15s}
.open:hover{background:var(--gs-accent-hover)}
[data-position=left] .open{inset-inline:20px auto}
.panel{position:fixed;inset:auto 20px 20px auto;margin:0;padding:0;width:min(432px,100vw - 40px);height:min(700px,100dvh - 40px);max-width:none;max-height:none;border:1px solid var(--gs-line);border-radius:var(--gs-radius-lg);background:var(--gs-bg);color:inherit;box-shadow:var(--gs-shadow);overflow:hidden}
[data-position=left] .panel{inset:auto auto 20px 20px}
.panel::backdrop{background:light-dark(#14201d24,#0009)}
.view{display:flex;flex-direction:column;background:var(--gs-bg);position:relative}
.panel .view{height:100%}
.inline .view{border:1px solid var(--gs-line);border-radius:var(--gs-radius-lg);overflow:hidden}
header{display:flex;align-items:center;gap:8px;padding:18px 20px 0;min-height:54px}
h2{flex:1;font-size:var(--gs-size-lg);line-height:1.35;font-weight:650;letter-spacing:-.012em}
.square{display:grid;place-items:center;width:36px;height:36px;color:var(--gs-muted);flex:none}
header .square:last-child{margin-inline-end:-8px}
header .square:first-child{margin-inline:-8px -4px}
.square:hover{background:var(--gs-sunken);color:var(--gs-text)}
.tools{display:grid;grid-template-columns:1fr auto;gap:12px 8px;padding:12px 20px 12px;border-bottom:1px solid var(--gs-line)}
.find{position:relative}
.find svg{position:absolute;inset:12px auto auto 12px;color:var(--gs-muted);pointer-events:none}
.find .field{padding-inline-start:36px}
.field{display:block;width:100%;height:40px;padding:0 12px;background:var(--gs-raised);border:1px solid var(--gs-line-strong);appearance:none;transition:border-color .15s}
.field::placeholder{color:var(--gs-muted);opacity:1}
.field:hover{border-color:var(--gs-muted)}
.field:focus{border-color:var(--gs-accent);outline:2px solid var(--gs-accent);outline-offset:-1px}
.field[aria-invalid=true]{border-color:var(--gs-danger)}
textarea.field{height:auto;min-height:116px;padding:9px 12px;resize:vertical}
.main{display:inline-flex;align-items:center;justify-content:center;gap:7px;height:40px;padding:0 15px 0 12px;background:var(--gs-accent);color:var(--gs-on-accent);font-weight:600;white-space:nowrap;transition:background .15s}
.main:hover{background:var(--gs-accent-hover)}
.main[aria-disabled=true]{opacity:.65;cursor:default}
.plain{height:40px;padding:0 15px;border-color:var(--gs-line-strong);font-weight:550}
.plain:hover{background:var(--gs-sunken)}
.sorts{display:flex;gap:2px;margin-inline-start:-10px;grid-column:1/-1}
.sorts button{height:30px;padding:0 10px;color:var(--gs-muted);font-size:var(--gs-size-sm);font-weight:550;border-radius:var(--gs-radius-sm)}
.sorts button:hover{color:var(--gs-text)}
.sorts [aria-pressed=true]{color:var(--gs-text);background:var(--gs-sunken)}
.scroll{flex:1;overflow-y:auto;overscroll-behavior:contain;min-height:0}
.inline .scroll{overflow:visible}
.row{display:grid;grid-template-columns:auto 1fr;gap:14px;padding:16px 20px;border-bottom:1px solid var(--gs-line);background:var(--gs-bg)}
.row.fresh{animation:fresh 2.4s var(--gs-ease)}
@keyframes fresh{0%,40%{background:var(--gs-accent-soft)}}
.vote{display:flex;flex-direction:column;align-items:center;justify-content:center;gap:2px;width:50px;height:54px;border:1px solid var(--gs-line-strong);background:var(--gs-raised);font-size:var(--gs-size-sm);line-height:1.3;font-weight:650;font-variant-numeric:tabular-nums;transition:border-color .15s,background .15s,color .15s}
.vote svg{width:14px;height:14px}
.vote:hover{border-color:var(--gs-accent)}
.vote[aria-pressed=true]{background:var(--gs-accent-soft);border-color:var(--gs-accent-line);color:var(--gs-accent-text)}
[aria-pressed=true] svg{fill:currentColor}
.small .vote{width:44px;height:44px;gap:0}
h3{font:inherit}
.title{display:block;width:100%;text-align:start;font-weight:600;line-height:1.4;letter-spacing:-.005em;border:0;border-radius:4px}
.title:hover{color:var(--gs-accent-text)}
.text{margin-top:3px;color:var(--gs-muted);font-size:14px;line-height:1.5;white-space:pre-line;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
.row.wide .text{display:block;color:var(--gs-text)}
.meta{display:flex;flex-wrap:wrap;align-items:center;gap:4px 8px;margin-top:7px;color:var(--gs-muted);font-size:var(--gs-size-xs)}
.badge{padding:1px 8px;border-radius:var(--gs-radius-sm);font-weight:600;background:var(--gs-sunken);color:var(--gs-muted)}
.amber{background:var(--gs-amber-soft);color:var(--gs-amber)}
.blue{background:var(--gs-blue-soft);color:var(--gs-blue)}
.violet{background:var(--gs-violet-soft);color:var(--gs-violet)}
.green{background:var(--gs-green-soft);color:var(--gs-green)}
.bone{pointer-events:none}
.bone i{display:block;height:12px;border-radius:4px;background:var(--gs-sunken);margin:6px 0;animation:wait 1.4s ease-in-out infinite alternate}
.bone i:first-child{width:50px;height:54px;margin:0;border-radius:var(--gs-radius)}
@keyframes wait{to{opacity:.45}}
.note{padding:48px 32px;text-align:center;color:var(--gs-muted)}
.note b{display:block;color:var(--gs-text);font-weight:600;margin-bottom:4px}
.note button{margin-top:16px}
.more,.unseen{display:block;width:calc(100% - 40px);margin:16px 20px;height:40px;border-color:var(--gs-line-strong);font-weight:550;font-size:14px}
.more:hover{background:var(--gs-sunken)}
.unseen{background:var(--gs-accent-soft);border-color:var(--gs-accent-line);color:var(--gs-accent-text);margin-block:12px 0}
footer{display:flex;align-items:center;gap:8px;min-height:38px;padding:0 20px;border-top:1px solid var(--gs-line);color:var(--gs-muted);font-size:var(--gs-size-xs)}
.inline footer{margin-top:-1px}
footer::before{content:"";width:7px;height:7px;border-radius:50%;background:var(--gs-line-strong)}
footer[data-status=live]::before{background:var(--gs-accent)}
footer[data-status=offline]::before{background:var(--gs-amber)}
footer b{margin-inline-start:auto;font-weight:550}
form{padding:12px 20px 24px}
label{display:block;margin:12px 0 6px;font-size:var(--gs-size-sm);font-weight:600}
label span{color:var(--gs-muted);font-weight:400}
.wrong{margin-top:6px;color:var(--gs-danger);font-size:var(--gs-size-sm)}
.alert{margin-top:16px;padding:10px 12px;border-radius:var(--gs-radius);background:var(--gs-danger-soft);color:var(--gs-danger);font-size:14px}
.acts{display:flex;gap:8px;margin-top:20px}
.acts .main{padding:0 18px}
.like{margin-top:14px;border:1px solid var(--gs-line);border-radius:var(--gs-radius);overflow:hidden}
.like p{padding:10px 12px 0;font-size:var(--gs-size-sm);font-weight:600}
.like .row{padding:10px 12px;gap:12px;align-items:center}
.like li:last-child .row,.like .row:last-child{border:0}
.like .text{display:none}
.like .meta{margin-top:2px}
@media(max-width:540px){.panel,[data-position=left] .panel{inset:0;width:100%;height:100dvh;border:0;border-radius:0}.field{font-size:16px}.vote{width:52px}}
@media(prefers-reduced-motion:reduce){.gs *{animation:none!important;transition:none!important}}
@media(forced-colors:active){.vote[aria-pressed=true],.sorts [aria-pressed=true]{outline:2px solid Highlight;outline-offset:-4px}}
`;

let sheet: CSSStyleSheet | undefined;

export function adoptStyles(root: ShadowRoot): void {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  root.adoptedStyleSheets = [sheet];
}
