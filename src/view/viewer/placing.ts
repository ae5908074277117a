/**
 * Puts the picture where Zoom says. Thousands of boxes take longer to draw than a movement may take: while
 * it moves, such a picture is stretched as it was drawn last, and drawn anew when it stands still.
 */
import type { Zoom } from "./zoom.ts";

/** More boxes than that are not drawn anew with every step. */
const MANY = 1200;

/** So long without a step is standing still. */
const STILL_MS = 140;

/** Below this size letters are no letters any more: they are left out, which also draws faster. */
const LEGIBLE = 0.36;
/** Below this size not even titles and signs are. */
const SEEN = 0.16;

/** Keeps `world`, in `svg`, in its place. */
export class Placing {
  readonly #svg: SVGSVGElement;
  readonly #world: SVGGElement;
  /** Where it was drawn last. */
  #drawn = { k: 1, x: 0, y: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(svg: SVGSVGElement, world: SVGGElement) {
    this.#svg = svg;
    this.#world = world;
  }

  /** Follows a step; `boxes` is how many there are. */
  follow(zoom: Zoom, boxes: number): void {
    clearTimeout(this.#timer);
    if (boxes <= MANY) {
      this.#draw(zoom);
      return;
    }
    const { k, x, y } = this.#drawn;
    const stretch = zoom.k / k;
    this.#svg.style.transform = `translate(${zoom.x - x * stretch}px, ${zoom.y - y * stretch}px) scale(${stretch})`;
    this.#timer = setTimeout(() => this.#draw(zoom), STILL_MS);
  }

  #draw({ k, x, y }: Zoom): void {
    this.#drawn = { k, x, y };
    this.#svg.style.transform = "";
    this.#world.setAttribute("transform", `translate(${x} ${y}) scale(${k})`);
    this.#svg.classList.toggle("far", k < LEGIBLE);
    this.#svg.classList.toggle("tiny", k < SEEN);
  }

  /** Shows all of it, `width` by `height`, in whatever room the paper has. */
  spread(width: number, height: number): void {
    clearTimeout(this.#timer);
    this.#svg.style.transform = "";
    this.#svg.setAttribute("viewBox", `-2 -2 ${width + 4} ${height + 4}`);
    this.#svg.classList.remove("far", "tiny");
    this.#world.removeAttribute("transform");
  }

  /** Takes that back. */
  gather(zoom: Zoom): void {
    this.#svg.removeAttribute("viewBox");
    this.#draw(zoom);
  }
}
