/** All that the page knows: the snapshots, what is asked for, and what is drawn from it. */
import type { Hierarchy } from "../../ns/forest.ts";
import { KINDS, type KindName } from "../../ns/kinds.ts";
import type { Snapshot } from "../../ns/model.ts";
import { narrow, type Wanted } from "../graph/narrow.ts";
import { boxesOf } from "../layout/boxes.ts";
import { type Box, type Layout, layoutOf } from "../layout/layout.ts";
import { type Picture, pictureOf } from "../picture.ts";
import { rowTexts, searchTexts } from "./search-texts.ts";

/** The ways of showing it. */
export const VIEWS = ["picture", "tree", "table"] as const;

/** One of them. */
export type View = (typeof VIEWS)[number];

/** What a snapshot and the wishes make. */
export interface Model extends Picture {
  readonly layout: Layout;
  readonly boxes: ReadonlyMap<string, Box>;
  /** What a search looks in, by key. */
  readonly texts: ReadonlyMap<string, string>;
}

/** What listeners are told of: other data, other hits, another selection, another view. */
export type Topic = "model" | "hits" | "selection" | "view" | "moment";

/** The state, and who wants to know of it. */
export class Store {
  snapshot: Snapshot;
  by: Hierarchy;
  view: View = "picture";
  kinds: ReadonlySet<KindName>;
  orphans = false;
  uid: number | undefined;
  container: number | undefined;
  query = "";
  onlyHits = false;
  hits: readonly string[] = [];
  /** Index into `hits`; -1 where no hit was gone to. */
  hit = -1;
  selected: string | undefined;
  /** What is drawn next is another moment of the same machine: what came and went is news. */
  isNews = false;
  model: Model;
  readonly #listeners = new Map<Topic, (() => void)[]>();

  constructor(snapshot: Snapshot, by: Hierarchy, kinds: readonly KindName[] | undefined) {
    this.snapshot = snapshot;
    this.by = by;
    this.kinds = new Set(kinds ?? KINDS.map(({ name }) => name));
    this.model = this.#make();
  }

  on(topic: Topic, listener: () => void): void {
    const all = this.#listeners.get(topic) ?? [];
    all.push(listener);
    this.#listeners.set(topic, all);
  }

  tell(topic: Topic): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener();
  }

  /** Takes other wishes or another snapshot, and has everything drawn anew. */
  change(
    wishes: Partial<Pick<Store, "snapshot" | "by" | "kinds" | "orphans" | "uid" | "container" | "onlyHits">>,
    isNews = false,
  ): void {
    this.isNews = isNews;
    Object.assign(this, wishes);
    this.model = this.#make();
    this.#search();
    this.tell("model");
  }

  /** Looks for `query` in everything that is shown. */
  search(query: string): void {
    if (query === this.query) return;
    this.query = query;
    this.hit = -1;
    if (this.onlyHits) {
      this.change({});
      return;
    }
    this.#search();
    this.tell("hits");
  }

  /** Goes to the next hit, or by `step`. */
  go(step: number): void {
    const { length } = this.hits;
    if (length === 0) return;
    this.hit = this.hit < 0 && step < 0 ? length - 1 : (this.hit + step + length) % length;
    this.tell("hits");
  }

  select(key: string | undefined): void {
    this.selected = key;
    this.tell("selection");
  }

  show(view: View): void {
    this.view = view;
    this.#search();
    this.tell("view");
  }

  #search(): void {
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    const isHit = ([, text]: readonly [string, string]) => words.every((word) => text.includes(word));
    this.hits = words.length === 0 ? [] : [...this.#texts()].filter(isHit).map(([key]) => key);
    if (this.hit >= this.hits.length) this.hit = -1;
  }

  /** The table has rows that a picture may not have boxes for. */
  #texts(): ReadonlyMap<string, string> {
    return this.view === "table" ? rowTexts(this.model.facts) : this.model.texts;
  }

  #make(): Model {
    const kinds = KINDS.map(({ name }) => name).filter((name) => this.kinds.has(name));
    const all = kinds.length === KINDS.length;
    const wanted: Wanted = {
      ...(all ? {} : { kinds: this.kinds }),
      orphans: this.orphans,
      parents: this.by === "parent",
      ...(this.uid === undefined ? {} : { uid: this.uid }),
      ...(this.container === undefined ? {} : { container: this.container }),
    };
    const part = narrow(this.snapshot, wanted);
    const model = this.#draw(part, all ? undefined : kinds);
    if (!this.onlyHits || this.query === "") return model;
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    const ids = [...model.texts].flatMap(([key, text]) =>
      key.startsWith("ns:") && words.every((word) => text.includes(word))
        ? [Number.parseInt(key.slice(3), 10)]
        : [],
    );
    return this.#draw(
      narrow(part, { ids: new Set(ids), parents: this.by === "parent" }),
      all ? undefined : kinds,
    );
  }

  #draw(snapshot: Snapshot, kinds: readonly KindName[] | undefined): Model {
    // Who asks for user or PID namespaces alone asks for those of the two in the hierarchy of parents.
    const picture = pictureOf(snapshot, this.by, kinds);
    const layout = layoutOf(picture.graph);
    return { ...picture, layout, boxes: boxesOf(picture.graph, layout), texts: searchTexts(picture.graph) };
  }
}
