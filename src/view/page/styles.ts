/** The style sheet of the page around a picture. */
import { pictureStyles, THEMES } from "../draw/styles.ts";

const { light, dark } = THEMES;

const variables = ({ ground, card, frame, border, text, soft, line }: typeof light, more: string): string =>
  `--ground:${ground};--card:${card};--frame:${frame};--border:${border};--text:${text};--soft:${soft};--line:${line};${more}`;

const DAY = variables(
  light,
  "color-scheme:light;--accent:#0060a0;--on:#ffffff;--hit:#ffd24d;--good:#00704e;--bad:#b02a1a",
);
const NIGHT = variables(
  dark,
  "color-scheme:dark;--accent:#6cb8f0;--on:#11151a;--hit:#d9a400;--good:#40c898;--bad:#ff8066",
);

const PAGE = `
*{box-sizing:border-box}
[hidden]{display:none!important}
html,body{margin:0;height:100%}
body{display:flex;flex-direction:column;height:100dvh;background:var(--ground);color:var(--text);font:14px/1.4 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header{padding:12px 16px 4px;display:flex;flex-wrap:wrap;gap:6px 16px;justify-content:space-between;align-items:flex-start}
header>div:first-child{min-width:0;flex:1 1 260px}
#tools{display:flex;gap:8px;max-width:100%}
h1{font-size:18px;line-height:1.25;margin:0;overflow-wrap:anywhere}
#sub{margin:2px 0 0;color:var(--soft);font-size:12.5px;overflow-wrap:anywhere}
#app{flex:1;min-height:0;display:flex;flex-direction:column;overflow:auto}
:root[data-ready] #app{overflow:hidden}
button,select,input{font:inherit;color:inherit}
button,select,#search input[type=search]{background:var(--card);border:1px solid var(--border);border-radius:7px;min-height:30px;padding:3px 10px}
button{cursor:pointer;white-space:nowrap}
button:hover{border-color:var(--line)}
button[aria-pressed=true]{background:var(--accent);border-color:var(--accent);color:var(--on)}
:focus-visible{outline:3px solid var(--accent);outline-offset:1px}
#toolbar,#filters{display:flex;flex-wrap:wrap;gap:8px;padding:6px 16px;align-items:center}
.choice{display:flex}
.choice button{border-radius:0;margin-left:-1px;padding:3px 9px}
.choice button:first-child{border-radius:7px 0 0 7px;margin-left:0}
.choice button:last-child{border-radius:0 7px 7px 0}
.choice button:focus-visible{position:relative;z-index:1}
#scale{min-width:62px;font-variant-numeric:tabular-nums}
#search{display:flex;gap:6px;align-items:center;flex:1 1 380px;min-width:0}
#search input[type=search]{flex:1;min-width:90px}
#search output{color:var(--soft);min-width:58px;font-variant-numeric:tabular-nums;font-size:12.5px}
#search label{display:flex;gap:4px;align-items:center;white-space:nowrap}
#filters{padding-top:0;border-bottom:1px solid var(--border);padding-bottom:10px}
#filters button{border-radius:15px;display:inline-flex;gap:5px;align-items:center;min-height:28px;padding:2px 10px 2px 6px;font-size:12.5px}
#filters button:not(:has(svg)){padding-left:10px}
#filters button[aria-pressed=true]:has(svg){background:var(--card);border-color:var(--line);color:var(--text)}
#filters button[aria-pressed=false]:has(svg){background:none;color:var(--soft);text-decoration:line-through;border-style:dashed}
#filters button[aria-pressed=false] svg{opacity:.35}
#filters>span{display:contents}
#filters select{min-height:28px;font-size:12.5px;max-width:210px}
.count{color:var(--soft);font-variant-numeric:tabular-nums}
svg.sign{width:18px;height:18px;flex:none;vertical-align:-4px;overflow:visible}
main{flex:1;min-height:0;display:flex;position:relative}
#canvas{flex:1;min-width:0;position:relative;overflow:hidden;touch-action:none;cursor:grab;user-select:none}
#canvas:active{cursor:grabbing}
#canvas:focus-visible{outline-offset:-3px}
#canvas>svg{display:block;width:100%;height:100%;transform-origin:0 0;will-change:transform}
.picture g[data-key]{cursor:pointer;outline:none}
.picture g[data-key]:focus-visible>.box{stroke:var(--accent)!important;stroke-opacity:1!important;stroke-width:3!important}
.picture .selected>.box{stroke:var(--accent)!important;stroke-opacity:1!important;stroke-width:2.5!important;stroke-dasharray:none!important}
.picture.far .chip text:not(.letter),.picture.far .say,.picture.far .mark{display:none}
.picture.tiny text,.picture.tiny .mark,.picture.tiny .rule{display:none}
.picture .searching .card:not(.hit)>*:not(.chip):not(title),.picture .searching .chip:not(.hit){opacity:.3}
.picture.tiny text,.picture.tiny .mark,.picture.tiny .rule{display:none}
.picture .searching .card:not(.hit)>.box{opacity:.6}
.picture .hit>.box{stroke:var(--hit)!important;stroke-opacity:1!important;stroke-width:2.5!important;stroke-dasharray:none!important}
.picture .at>.box{stroke-width:5!important}
.picture .shown{stroke:var(--accent)!important;stroke-width:2.2!important;pointer-events:none}
.picture .came>.box{animation:came 2.4s ease-out}
.picture .went{animation:went 1.6s ease-in forwards;pointer-events:none}
@keyframes came{0%,40%{stroke:var(--good);stroke-width:6;stroke-opacity:1}}
@keyframes went{30%{opacity:.9}to{opacity:0}}
#tree,#table{flex:1;min-width:0;overflow:auto;padding:10px 16px}
#tree [role=group]{margin-left:11px;padding-left:11px;border-left:1px solid var(--border)}
#tree .line{display:flex;flex-wrap:wrap;gap:2px 8px;align-items:center;padding:2px 6px;border-radius:6px;cursor:pointer}
#tree .line>span:not(.title):not(.twist){color:var(--soft)}
#tree .title,#tree b,td,tbody th,dd,#log{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12.5px}
#tree [role=treeitem]:focus{outline:none}
#tree [role=treeitem]:focus>.line{outline:2px solid var(--accent)}
#tree [aria-selected=true]>.line,#table [aria-selected=true]{background:color-mix(in srgb,var(--accent) 16%,transparent)}
#tree .twist{width:12px}
#tree [aria-expanded]>.line>.twist::before{content:"▾";color:var(--soft)}
#tree [aria-expanded=false]>.line>.twist::before{content:"▸"}
#tree [aria-expanded=false]>[role=group]{display:none}
#tree .mark{border:1px solid var(--line);border-radius:9px;padding:0 6px;font-size:11px}
.searching .hit>.line,tr.hit{box-shadow:inset 3px 0 var(--hit)}
.searching .at>.line,tr.at{box-shadow:inset 6px 0 var(--hit)}
.searching tr:not(.hit)>*,#tree.searching [role=treeitem]:not(.hit)>.line{opacity:.4}
table{border-collapse:collapse;min-width:100%}
caption{position:absolute;clip-path:inset(50%)}
th,td{text-align:left;padding:4px 10px;border-bottom:1px solid var(--border);white-space:nowrap;font-weight:400}
td:nth-child(3){max-width:280px;overflow:hidden;text-overflow:ellipsis}
td.number{text-align:right;font-variant-numeric:tabular-nums}
thead th{position:sticky;top:-10px;background:var(--ground);padding:4px 2px}
thead button{border:none;background:none;font-weight:600;padding:3px 8px}
tbody tr{cursor:pointer}
tbody tr:hover{background:var(--frame)}
tbody th svg{margin-right:8px}
#details{width:370px;max-width:100%;overflow:auto;background:var(--card);border-left:1px solid var(--border);padding:14px 16px;position:relative}
#details:focus{outline:none}
#details:focus-visible{box-shadow:inset 0 0 0 3px var(--accent)}
#details h2{font-size:15px;margin:2px 36px 10px 0;display:flex;gap:8px;align-items:center;overflow-wrap:anywhere}
#details .close{position:absolute;right:12px;top:10px;border:none;font-size:20px;line-height:1;background:none}
dl{margin:0;display:grid;grid-template-columns:minmax(76px,max-content) 1fr;gap:6px 12px}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere;min-width:0}
dd ul{margin:0;padding:0;list-style:none}
.link{border:none;background:none;color:var(--accent);padding:0;min-height:0;text-decoration:underline;text-align:left;white-space:normal;overflow-wrap:anywhere;font:inherit}
#timeline{border-top:1px solid var(--border);background:var(--card)}
#timeline .bar{display:flex;gap:10px;align-items:center;padding:6px 16px;flex-wrap:wrap}
#timeline input{flex:1;min-width:120px;accent-color:var(--accent)}
#time{font-variant-numeric:tabular-nums}
#status::before{content:"●";margin-right:6px}
#status.good{color:var(--good)}
#status.bad{color:var(--bad)}
#log{margin:0;padding:2px 16px 8px;list-style:none;max-height:112px;overflow:auto}
#log li{display:flex;gap:10px}
#log time{color:var(--soft)}
#log .what{width:1ch;font-weight:700}
#log .came .what{color:var(--good)}
#log .went .what{color:var(--bad)}
:root[data-past] main{box-shadow:inset 0 0 0 3px var(--hit)}
#said{position:fixed;left:50%;bottom:26px;transform:translateX(-50%);background:var(--text);color:var(--ground);padding:8px 14px;border-radius:8px;max-width:90vw;opacity:0;pointer-events:none}
#said.fresh{animation:said 4s}
@keyframes said{0%,75%{opacity:1}}
dialog{border:1px solid var(--border);border-radius:12px;background:var(--card);color:var(--text);padding:18px 22px;max-width:min(520px,94vw)}
dialog::backdrop{background:#0008}
dialog dl+h2{margin-top:18px}
dialog h2{margin:0 0 12px;font-size:16px}
dialog button{margin-top:16px}
dialog dd{font-family:inherit}
kbd{font:12px ui-monospace,monospace;border:1px solid var(--line);border-bottom-width:2px;border-radius:5px;padding:1px 6px;margin-right:4px}
@media (max-width:720px){
header{padding:8px 10px 2px}
h1{font-size:15px}
#tools{overflow-x:auto;scrollbar-width:thin}
#toolbar,#filters{padding-left:10px;padding-right:10px;flex-wrap:nowrap;overflow-x:auto;scrollbar-width:thin;flex:none}
#toolbar>*,#filters>span>*{flex:none}
#search{order:-1;width:min(300px,calc(100vw - 20px))}
#search label{display:none}
#details{position:absolute;inset:auto 0 0 0;width:auto;max-height:62%;border-left:none;border-top:1px solid var(--border);border-radius:14px 14px 0 0;box-shadow:0 -6px 24px #0003}
#tree,#table{padding:8px 10px}
}
@media (prefers-reduced-motion:reduce){*{animation-duration:.01ms!important}}
@media print{
body,html,#app,main,#canvas{height:auto!important;overflow:visible!important;display:block!important}
#tools,#toolbar,#filters,#timeline,#details,#said,dialog{display:none!important}
#canvas>svg{height:auto}
.picture.far text{display:inline!important}
}`;

/** The style sheet of the page and of the picture in it. */
export const pageStyles = (): string =>
  [
    `:root{${DAY}}`,
    `@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){${NIGHT}}}`,
    `@media screen{:root[data-theme=dark]{${NIGHT}}}`,
    PAGE.trim(),
    pictureStyles(true),
  ].join("\n");
