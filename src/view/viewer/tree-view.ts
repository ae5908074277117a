/** The tree: the same cards and chips as lines, for the keyboard, screen readers and narrow screens. */
import type { Card, Chip } from "../graph/graph.ts";
import { h, redraw } from "./dom.ts";
import { signOf } from "./signs.ts";
import type { Store } from "./store.ts";

/** What stands deeper is drawn as deep as this: browsers do not take elements nested by the thousand. */
const DEEPEST = 64;

/** The view. */
export class TreeView {
  readonly element = h("div", { id: "tree", role: "tree", "aria-label": "Namespaces as a tree" });
  readonly #store: Store;
  readonly #closed = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
    this.element.addEventListener("click", (event) => this.#click(event));
    this.element.addEventListener("keydown", (event) => this.#key(event));
    store.on("hits", () => this.mark(true));
    store.on("selection", () => this.mark(false));
  }

  /** Draws the model; what was closed stays closed. */
  draw(): void {
    const { cards } = this.#store.model.graph;
    const focused = document.activeElement?.getAttribute("data-key");
    const elements: HTMLElement[] = [];
    const groups: HTMLElement[] = [];
    const roots: HTMLElement[] = [];
    cards.forEach((card, index) => {
      const depth = card.above < 0 ? 1 : Number(elements[card.above]!.getAttribute("aria-level")) + 1;
      const inner = h("div", { role: "group" });
      for (const { chips } of card.groups)
        for (const chip of chips) inner.append(item(chip.key, depth + 1, chipWords(chip)));
      const open = !this.#closed.has(card.key);
      const more = card.below.length + card.groups.length > 0;
      const element = item(card.key, depth, cardWords(card));
      if (more) {
        element.setAttribute("aria-expanded", String(open));
        element.append(inner);
      }
      elements[index] = element;
      groups[index] = inner;
      if (card.above < 0) roots.push(element);
      else if (depth <= DEEPEST) groups[card.above]!.append(element);
      else elements[card.above]!.after(element);
    });
    if (!redraw(this.element, ...roots)) {
      this.mark(false);
      return;
    }
    this.#rove((focused && this.#item(focused)) || this.#items()[0]);
    if (focused) this.#item(focused)?.focus();
    this.mark(false);
  }

  /** Shows hits and the selection. */
  mark(go: boolean): void {
    if (this.#store.view !== "tree") return;
    const { hits, hit, query, selected } = this.#store;
    this.element.classList.toggle("searching", query !== "");
    const found = new Set(hits);
    for (const element of this.element.querySelectorAll("[data-key]")) {
      const key = element.getAttribute("data-key") ?? "";
      element.classList.toggle("hit", found.has(key));
      element.classList.toggle("at", hits[hit] === key);
      element.setAttribute("aria-selected", String(selected === key));
    }
    const at = hits[hit];
    if (go && at !== undefined) this.#show(at);
  }

  #show(key: string): void {
    const element = this.#item(key);
    for (
      let up = element?.parentElement?.closest("[role=treeitem]");
      up;
      up = up.parentElement?.closest("[role=treeitem]")
    ) {
      this.#toggle(up, true);
    }
    element?.scrollIntoView({ block: "nearest" });
  }

  #item(key: string): HTMLElement | null {
    return this.element.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  }

  /** Those that are in sight. */
  #items(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>("[role=treeitem]")].filter(
      (element) => element.parentElement?.closest('[aria-expanded="false"]') === null,
    );
  }

  #rove(element: HTMLElement | null | undefined): void {
    for (const old of this.element.querySelectorAll('[tabindex="0"]')) old.setAttribute("tabindex", "-1");
    element?.setAttribute("tabindex", "0");
  }

  #toggle(element: Element, open = element.getAttribute("aria-expanded") === "false"): void {
    if (!element.hasAttribute("aria-expanded")) return;
    element.setAttribute("aria-expanded", String(open));
    const key = element.getAttribute("data-key") ?? "";
    if (open) this.#closed.delete(key);
    else this.#closed.add(key);
  }

  #click({ target }: MouseEvent): void {
    const element = target instanceof Element ? target.closest<HTMLElement>("[role=treeitem]") : null;
    if (element === null || !(target instanceof Element)) return;
    if (target.classList.contains("twist")) this.#toggle(element);
    else this.#store.select(element.getAttribute("data-key") ?? undefined);
    this.#rove(element);
  }

  #key(event: KeyboardEvent): void {
    const at = document.activeElement;
    if (!(at instanceof HTMLElement) || at.getAttribute("role") !== "treeitem") return;
    const items = this.#items();
    const index = items.indexOf(at);
    const isOpen = at.getAttribute("aria-expanded") === "true";
    const moves: Readonly<Record<string, () => HTMLElement | null | undefined>> = {
      ArrowDown: () => items[index + 1],
      ArrowUp: () => items[index - 1],
      Home: () => items[0],
      End: () => items.at(-1),
      ArrowRight: () => {
        if (isOpen) return at.querySelector<HTMLElement>("[role=treeitem]");
        this.#toggle(at, true);
        return at;
      },
      ArrowLeft: () => {
        if (!isOpen) return at.parentElement?.closest<HTMLElement>("[role=treeitem]");
        this.#toggle(at, false);
        return at;
      },
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = move();
    if (!next) return;
    this.#rove(next);
    next.focus();
  }
}

const item = (key: string, level: number, words: readonly (Node | string)[]): HTMLElement =>
  h(
    "div",
    { role: "treeitem", tabindex: "-1", "data-key": key, "aria-level": level, "aria-selected": "false" },
    h("div", { class: "line" }, h("span", { class: "twist", "aria-hidden": "true" }), ...words),
  );

const marksOf = (marks: readonly string[]): HTMLElement[] =>
  marks.map((mark) => h("span", { class: "mark" }, mark));

const cardWords = ({ kind, type, title, lines, marks }: Card): Node[] => [
  ...(kind === null ? [h("span", { class: "what" }, type)] : [signOf(kind)]),
  h("b", {}, title),
  ...lines.map((line) => h("span", {}, line)),
  ...marksOf(marks),
];

const chipWords = ({ kind, title, label, marks }: Chip): Node[] => [
  signOf(kind),
  h("span", { class: "title" }, title),
  h("span", {}, label),
  ...marksOf(marks),
];
