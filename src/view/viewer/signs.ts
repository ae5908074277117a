/** The signs of the kinds outside the picture. */
import type { KindName } from "../../ns/kinds.ts";
import { kindSign } from "../draw/signs.ts";
import { setSvg } from "./dom.ts";

/** The sign of `kind`, as large as a letter. */
export function signOf(kind: KindName): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "-10 -10 20 20");
  svg.setAttribute("class", "picture sign");
  svg.setAttribute("aria-hidden", "true");
  setSvg(svg, `<g class="k-${kind}">${kindSign(kind, 0, 0, 8)}</g>`);
  return svg;
}
