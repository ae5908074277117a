/** A picture in a page by itself: no script, nothing from elsewhere. */
import { escapeXml } from "../text.ts";

/** `svg` as HTML. */
export const stillPage = (svg: string, title: string): string =>
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${escapeXml(title)}</title>
<style>:root{color-scheme:light dark}body{margin:0}</style>
${svg}</html>
`;
