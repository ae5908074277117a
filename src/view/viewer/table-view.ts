/** The table: a row for each namespace, sorted by any column. */
import type { Namespace } from "../../ns/model.ts";
import {
  containerOf,
  containerWords,
  type Facts,
  labelOf,
  marksOf,
  titleOf,
  userWords,
} from "../graph/facts.ts";
import { plain } from "../text.ts";
import { h, redraw } from "./dom.ts";
import { signOf } from "./signs.ts";
import type { Store } from "./store.ts";

/** A column: what it shows, and what it is sorted by where that is something else. */
interface Column {
  readonly title: string;
  readonly number?: true;
  cell(namespace: Namespace, facts: Facts): string;
  rank?(namespace: Namespace): number;
}

const COLUMNS: readonly Column[] = [
  { title: "Namespace", cell: titleOf, rank: ({ id }) => id },
  { title: "Kind", cell: ({ kind }) => kind },
  { title: "Process", cell: (namespace, facts) => labelOf(facts, namespace) },
  {
    title: "Processes",
    number: true,
    cell: ({ processes }) => String(processes.length),
    rank: ({ processes }) => processes.length,
  },
  { title: "User", cell: ({ uid }, facts) => userWords(facts, uid) },
  {
    title: "Owner",
    cell: ({ owner }) => (owner === null ? "" : `user:[${owner}]`),
    rank: ({ owner }) => owner ?? 0,
  },
  {
    title: "Parent",
    cell: ({ parent, kind }) => (parent === null ? "" : `${kind}:[${parent}]`),
    rank: ({ parent }) => parent ?? 0,
  },
  {
    title: "Container",
    cell: (namespace, facts) => {
      const container = containerOf(facts, namespace);
      return container === undefined ? "" : containerWords(container);
    },
  },
  { title: "Marks", cell: (namespace) => marksOf(namespace).join(", ") },
];

/** The view. */
export class TableView {
  readonly element = h("div", { id: "table" });
  readonly #store: Store;
  #column = 0;
  #down = true;

  constructor(store: Store) {
    this.#store = store;
    this.element.addEventListener("click", ({ target }) => {
      const row = target instanceof Element ? target.closest("tr[data-key]") : null;
      if (row !== null) store.select(row.getAttribute("data-key") ?? undefined);
    });
    this.element.addEventListener("keydown", (event) => this.#key(event));
    store.on("hits", () => this.mark(true));
    store.on("selection", () => this.mark(false));
  }

  /** Draws the namespaces that are asked for. */
  draw(): void {
    const { facts } = this.#store.model;
    const { kinds } = this.#store;
    const rows = facts.snapshot.namespaces.filter(({ kind }) => kinds.has(kind)).sort(this.#order(facts));
    const focused = document.activeElement?.getAttribute("data-key");
    const heads = COLUMNS.map((column, index) => this.#head(column, index));
    const body = h("tbody", {}, ...rows.map((namespace) => this.#row(namespace, facts)));
    body.querySelector("tr")?.setAttribute("tabindex", "0");
    const table = h("table", {}, h("caption", {}, "Namespaces"), h("thead", {}, h("tr", {}, ...heads)), body);
    if (!redraw(this.element, table)) {
      this.mark(false);
      return;
    }
    if (focused) this.element.querySelector<HTMLElement>(`tr[data-key="${CSS.escape(focused)}"]`)?.focus();
    this.mark(false);
  }

  /** Shows hits and the selection. */
  mark(go: boolean): void {
    if (this.#store.view !== "table") return;
    const { hits, hit, query, selected } = this.#store;
    const found = new Set(hits);
    this.element.classList.toggle("searching", query !== "");
    for (const row of this.element.querySelectorAll("tr[data-key]")) {
      const key = row.getAttribute("data-key") ?? "";
      row.classList.toggle("hit", found.has(key));
      row.classList.toggle("at", hits[hit] === key);
      row.setAttribute("aria-selected", String(selected === key));
      if (go && hits[hit] === key) row.scrollIntoView({ block: "nearest" });
    }
  }

  #order(facts: Facts): (a: Namespace, b: Namespace) => number {
    const { rank, cell } = COLUMNS[this.#column]!;
    const sign = this.#down ? 1 : -1;
    return (a, b) => {
      const by = rank === undefined ? cell(a, facts).localeCompare(cell(b, facts)) : rank(a) - rank(b);
      return sign * by || a.id - b.id;
    };
  }

  #head({ title }: Column, index: number): HTMLElement {
    const sorted = index === this.#column;
    const click = () => {
      this.#down = sorted ? !this.#down : true;
      this.#column = index;
      this.draw();
      this.element.querySelectorAll<HTMLElement>("th button")[index]?.focus();
    };
    const order = sorted ? (this.#down ? "ascending" : "descending") : "none";
    const arrow = sorted ? (this.#down ? " ▲" : " ▼") : "";
    return h(
      "th",
      { scope: "col", "aria-sort": order },
      h("button", { type: "button", click }, title + arrow),
    );
  }

  #row(namespace: Namespace, facts: Facts): HTMLElement {
    const cells = COLUMNS.map(({ cell, number }, index) => {
      const words = plain(cell(namespace, facts));
      return index === 0
        ? h("th", { scope: "row" }, signOf(namespace.kind), words)
        : h("td", number ? { class: "number" } : {}, words);
    });
    return h("tr", { "data-key": `ns:${namespace.id}`, tabindex: "-1" }, ...cells);
  }

  #key(event: KeyboardEvent): void {
    const row = document.activeElement;
    if (!(row instanceof HTMLTableRowElement) || (event.key !== "ArrowDown" && event.key !== "ArrowUp"))
      return;
    const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
    event.preventDefault();
    event.stopPropagation();
    if (!(next instanceof HTMLElement)) return;
    row.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  }
}
