/** The picture: drawn from the model, moved by Zoom, walked through by keys. */
import { drawWorld } from "../draw/svg.ts";
import type { Box } from "../layout/layout.ts";
import { byId, h, setSvg } from "./dom.ts";
import { Placing } from "./placing.ts";
import { showLines } from "./related.ts";
import type { Store } from "./store.ts";
import { Zoom } from "./zoom.ts";

const SVG = "http://www.w3.org/2000/svg";

/** On a narrow screen a picture begins at least as large as this. */
const READABLE = 0.6;
const NARROW = 720;

/** So much of a box at least is seen of what is selected. */
const CORNER = 60;

/** How long what went is still seen. */
const GHOST_MS = 1600;

/** The view. */
export class PictureView {
  readonly element: HTMLElement;
  readonly zoom: Zoom;
  readonly #store: Store;
  readonly #svg = document.createElementNS(SVG, "svg");
  readonly #world = document.createElementNS(SVG, "g");
  readonly #lines = document.createElementNS(SVG, "g");
  readonly #ghosts = document.createElementNS(SVG, "g");
  readonly #placing = new Placing(this.#svg, this.#world);
  #drawn = "";
  /** The elements of cards and chips by key. */
  #nodes: ReadonlyMap<string, SVGGElement> = new Map();
  /** The one card or chip that Tab comes to. */
  #current: string | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.#svg.setAttribute("class", "picture");
    this.#world.append(this.#lines, this.#ghosts);
    this.#svg.append(this.#world);
    this.element = h("div", {
      id: "canvas",
      tabindex: "0",
      role: "group",
      "aria-label": "Picture. Arrow keys move it, plus and minus zoom, Enter goes to the boxes",
    });
    this.element.append(this.#svg);
    this.zoom = new Zoom(this.element, () => this.#place());
    this.element.addEventListener("click", (event) => {
      if (this.zoom.dragged) return;
      const key = this.#keyOf(event.target);
      if (key !== undefined) {
        this.#rove(key);
        this.node(key)?.focus({ preventScroll: true });
      }
      store.select(key);
    });
    this.element.addEventListener("dblclick", (event) => {
      const { left, top } = this.element.getBoundingClientRect();
      this.zoom.by(1.2 ** 3, event.clientX - left, event.clientY - top);
    });
    this.element.addEventListener("focusin", (event) => {
      const key = this.#keyOf(event.target);
      if (key !== undefined) this.#rove(key);
    });
    addEventListener("resize", () => this.#follow());
    addEventListener("beforeprint", () => {
      const { width, height } = store.model.layout;
      this.#placing.spread(width, height);
    });
    addEventListener("afterprint", () => this.#placing.gather(this.zoom));
    store.on("model", () => this.draw());
    store.on("hits", () => this.#mark(true));
    store.on("selection", () => {
      this.#mark(false);
      // The details may stand where it was.
      requestAnimationFrame(() => this.#uncover(store.selected));
    });
  }

  /** Draws the model, if that makes another picture than the one that is seen. */
  draw(): void {
    const { graph, layout, boxes } = this.#store.model;
    const markup = drawWorld(graph, layout);
    if (markup === this.#drawn) {
      this.#mark(false);
      return;
    }
    const focused = this.#keyOf(document.activeElement);
    const before = this.#nodes;
    const { isNews } = this.#store;
    if (isNews) this.#haunt([...before.keys()].filter((key) => !boxes.has(key)));
    this.#drawn = markup;
    setSvg(this.#world, markup);
    const nodes = this.#world.querySelectorAll<SVGGElement>("g[data-key]");
    this.#nodes = new Map([...nodes].map((node) => [node.getAttribute("data-key") ?? "", node]));
    this.#follow();
    this.#world.prepend(this.#ghosts);
    this.#world.append(this.#lines);
    if (isNews) {
      for (const [key, node] of this.#nodes) if (!before.has(key)) node.classList.add("came");
    }
    if (this.#current === undefined || !boxes.has(this.#current)) this.#current = graph.cards[0]?.key;
    if (this.#current !== undefined) this.#rove(this.#current);
    if (focused !== undefined) this.node(focused)?.focus({ preventScroll: true });
    this.#mark(false);
  }

  /** All of it in sight. */
  fit(): void {
    const { width, height } = this.#store.model.layout;
    this.zoom.fit(Math.max(1, width), Math.max(1, height));
  }

  /** The first sight: all of it, where it can still be read then. */
  begin(): void {
    this.fit();
    if (this.zoom.k < READABLE && this.element.clientWidth < NARROW) this.zoom.reset(READABLE);
  }

  #uncover(key: string | undefined): void {
    const box = key === undefined ? undefined : this.#store.model.boxes.get(key);
    if (box === undefined) return;
    const { k, x, y } = this.zoom;
    const { clientWidth, clientHeight } = this.element;
    const isSeen = (at: number, room: number) => at >= 0 && at <= room - CORNER;
    if (!isSeen(box.x * k + x, clientWidth) || !isSeen(box.y * k + y, clientHeight)) this.zoom.to(box, 0);
  }

  /** All of it stays in sight, until somebody moves it. */
  #follow(): void {
    if (!this.zoom.isMoved && this.element.clientWidth > 0) this.fit();
  }

  /** The element of a card or chip. */
  node(key: string): SVGGElement | undefined {
    return this.#nodes.get(key);
  }

  /** Moves the keyboard to a card or chip and brings it into sight. */
  focus(key = this.#store.selected ?? this.#current): void {
    const box = key === undefined ? undefined : this.#store.model.boxes.get(key);
    if (key === undefined || box === undefined) return;
    this.zoom.to(box);
    this.#rove(key);
    this.node(key)?.focus({ preventScroll: true });
  }

  /** From the card or chip with the focus to the nearest one in a direction; false where none has it. */
  step(dx: number, dy: number): boolean {
    const from = this.#keyOf(document.activeElement);
    const { boxes } = this.#store.model;
    const box = from === undefined ? undefined : boxes.get(from);
    if (box === undefined) return false;
    let best: string | undefined;
    let least = Infinity;
    for (const [key, other] of boxes) {
      const distance = key === from ? Infinity : distanceTowards(box, other, dx, dy);
      if (distance < least) {
        least = distance;
        best = key;
      }
    }
    if (best !== undefined) this.focus(best);
    return true;
  }

  /** The key of the card or chip that has the focus. */
  focused(): string | undefined {
    return this.element.contains(document.activeElement) ? this.#keyOf(document.activeElement) : undefined;
  }

  #keyOf(target: EventTarget | null): string | undefined {
    const node = target instanceof Element ? target.closest("g[data-key]") : null;
    return node?.getAttribute("data-key") ?? undefined;
  }

  #rove(key: string): void {
    // What has the focus would lose it with this attribute.
    if (this.#current !== undefined && this.#current !== key) {
      this.node(this.#current)?.removeAttribute("tabindex");
    }
    this.#current = key;
    const node = this.node(key);
    node?.setAttribute("tabindex", "0");
    node?.setAttribute("role", "button");
    node?.setAttribute("aria-label", node.querySelector("title")?.textContent ?? key);
  }

  #place(): void {
    this.#placing.follow(this.zoom, this.#nodes.size);
    byId("scale").textContent = `${Math.round(this.zoom.k * 100)} %`;
  }

  /** Shows which are hits, and which one is selected. */
  #mark(go: boolean): void {
    const { hits, hit, query, selected } = this.#store;
    this.#world.classList.toggle("searching", query !== "");
    for (const old of this.#world.querySelectorAll(".hit,.at,.selected"))
      old.classList.remove("hit", "at", "selected");
    for (const key of hits) this.node(key)?.classList.add("hit");
    const at = hits[hit];
    if (at !== undefined) this.node(at)?.classList.add("at");
    if (selected !== undefined) this.node(selected)?.classList.add("selected");
    setSvg(this.#lines, showLines(this.#store));
    const box = at === undefined ? undefined : this.#store.model.boxes.get(at);
    if (go && box !== undefined) this.zoom.to(box);
  }

  /** Lets what went fade where it was. */
  #haunt(keys: readonly string[]): void {
    const ghosts = keys.flatMap((key) => {
      const node = this.node(key);
      const card = node?.closest(".card");
      if (node === undefined) return [];
      const ghost = node.cloneNode(true) as SVGGElement;
      ghost.removeAttribute("data-key");
      ghost.classList.add("went");
      const shell = document.createElementNS(SVG, "g");
      // A chip's place is relative to its card.
      if (card !== null && card !== undefined && card !== node) {
        shell.setAttribute("transform", card.getAttribute("transform") ?? "");
      }
      shell.append(ghost);
      return [shell];
    });
    this.#ghosts.append(...ghosts);
    setTimeout(() => {
      for (const ghost of ghosts) ghost.remove();
    }, GHOST_MS);
  }
}

/** How far `to` is from `from` when one goes towards (dx, dy); infinite where it lies elsewhere. */
function distanceTowards(from: Box, to: Box, dx: number, dy: number): number {
  const ahead = dx > 0 ? to.x - from.x : dx < 0 ? from.x - to.x : dy > 0 ? to.y - from.y : from.y - to.y;
  if (ahead <= 1) return Infinity;
  return ahead + 3 * (dx === 0 ? Math.abs(to.x - from.x) : Math.abs(to.y - from.y));
}
