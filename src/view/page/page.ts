/** The page: one file with its style, its script, and what it shows. Nothing is fetched from anywhere else. */
import type { Hierarchy } from "../../ns/forest.ts";
import { KIND_STYLES } from "../../ns/kind-styles.ts";
import type { KindName } from "../../ns/kinds.ts";
import type { Snapshot } from "../../ns/model.ts";
import { sanitizeJson } from "../../util/sanitize.ts";
import { headOf } from "../draw/head.ts";
import { drawSvg } from "../draw/svg.ts";
import type { Picture } from "../picture.ts";
import { escapeXml } from "../text.ts";
import { pageStyles } from "./styles.ts";
import { VIEWER } from "./viewer.gen.ts";

/** What the page is to show. */
export interface PageData {
  readonly by: Hierarchy;
  readonly kinds?: readonly KindName[];
  /** Left out where the page asks for it: the live one. */
  readonly snapshot?: Snapshot;
}

/** A source expression of CSP for exactly this text, see https://www.w3.org/TR/CSP3/#framework-directive-source-list. */
const hashOf = (text: string): string =>
  `'sha256-${new Bun.CryptoHasher("sha256").update(text).digest("base64")}'`;

/** Nothing but the page's own script and style, each by its hash; `connect` is what the script may fetch from. */
function policyOf(style: string, connect: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashOf(VIEWER)}`,
    `style-src ${hashOf(style)}`,
    `connect-src ${connect}`,
    // For the icon alone: without one browsers ask the server for it.
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** The sign of a user namespace, for the tab of the browser. */
function icon(): string {
  const { light } = KIND_STYLES.user;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.5" fill="${light}"/><path d="M5 4v4.5a3 3 0 0 0 6 0V4" fill="none" stroke="#fff" stroke-width="2"/></svg>`;
  return `data:image/svg+xml;base64,${btoa(svg)}`;
}

/** The page of a picture as a file: works without a network, and shows the picture even without script. */
export function filePage(picture: Picture, data: PageData): string {
  const { title, sub } = headOf(picture.facts, data.by);
  const svg = drawSvg(picture.facts, picture.graph, false);
  return page(title, sub, svg, data, policyOf(pageStyles(), "'none'")).html;
}

/** The page of `--serve`, and the policy for its header. It holds nothing of the machine. */
export function livePage(data: PageData): { readonly html: string; readonly policy: string } {
  return page("Namespaces", "waiting for nsbox", "", data, policyOf(pageStyles(), "'self'"));
}

function page(title: string, sub: string, svg: string, data: PageData, policy: string) {
  // What ends a script element, and a comment in it, can only stand in a string: there it is written otherwise.
  const json = sanitizeJson(JSON.stringify(data)).replace(/</g, "\\u003c");
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="${icon()}">
<title>${escapeXml(title)}</title>
<style>${pageStyles()}</style>
</head>
<body>
<header id="head"><div><h1 id="title">${escapeXml(title)}</h1><p id="sub">${escapeXml(sub)}</p></div></header>
<div id="app">${svg}</div>
<output id="said" aria-live="polite"></output>
<script type="application/json" id="data">${json}</script>
<script>${VIEWER}</script>
</body>
</html>
`;
  return { html, policy: `${policy}; frame-ancestors 'none'` };
}
