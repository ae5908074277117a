/** The page: puts the parts together. Bundled by build.ts; everything else is drawn by the same code as the SVG. */
import type { Hierarchy } from "../../ns/forest.ts";
import type { KindName } from "../../ns/kinds.ts";
import type { Snapshot } from "../../ns/model.ts";
import { headOf } from "../draw/head.ts";
import { plain } from "../text.ts";
import { filters, searchBox, toolbar, tools } from "./controls.ts";
import { Details } from "./details.ts";
import { announce, byId, h } from "./dom.ts";
import { openDump, saveDump, saveSvg } from "./files.ts";
import { helpDialog, listenToKeys } from "./keys.ts";
import { connect, takeToken } from "./live.ts";
import { PictureView } from "./picture-view.ts";
import { Store } from "./store.ts";
import { TableView } from "./table-view.ts";
import { Timeline } from "./timeline.ts";
import { TreeView } from "./tree-view.ts";

/** What the page carries: wishes, and the snapshot, unless that comes live. */
interface Data {
  readonly by: Hierarchy;
  readonly kinds?: readonly KindName[];
  readonly snapshot?: Snapshot;
}

const PAN = 60;
const VIEW_KEYS = ["picture", "tree", "table"] as const;

function start(data: Data, snapshot: Snapshot, isLive: boolean): { store: Store; timeline: Timeline } {
  const store = new Store(snapshot, data.by, data.kinds);
  const picture = new PictureView(store);
  const tree = new TreeView(store);
  const table = new TableView(store);
  const details = new Details(store);
  const timeline = new Timeline(store);
  const help = helpDialog();
  const opened = new WeakSet<Snapshot>();
  const views = { picture, tree, table };

  const head = () => {
    const { title, sub } = headOf(store.model.facts, store.by);
    byId("title").textContent = plain(title);
    byId("sub").textContent = `${plain(sub)}${!opened.has(store.snapshot) ? "" : " · from a file"}`;
    document.title = plain(title);
  };
  const show = () => {
    for (const view of VIEW_KEYS) views[view].element.hidden = view !== store.view;
    if (store.view !== "picture") views[store.view].draw();
  };
  const actions = {
    zoom: (factor: number) => picture.zoom.by(factor),
    reset: () => picture.zoom.reset(),
    fit: () => picture.fit(),
    save: () => saveSvg(store),
    store: () => saveDump(store),
    open: () =>
      openDump((dump, name) => {
        timeline.leave();
        opened.add(dump);
        store.change({ snapshot: dump, uid: undefined, container: undefined });
        store.select(undefined);
        picture.fit();
        announce(`This is ${name}`);
      }),
    theme,
    help: () => help.showModal(),
    search: () => searchBox().select(),
    hit: (step: number) => store.go(step),
    view: (index: number) => store.show(VIEW_KEYS[index]!),
    quit: () => announce("A page cannot close itself: close the tab, by Ctrl+W in most browsers"),
    details: () => {
      const at = document.activeElement;
      const key = picture.focused() ?? (at instanceof HTMLElement ? at.getAttribute("data-key") : null);
      if (key !== null && key !== undefined) {
        store.select(key);
        details.element.focus();
      } else if (store.view === "picture" && (at === picture.element || at === document.body))
        picture.focus();
    },
    escape: () => {
      if (help.open) return;
      if (store.selected !== undefined) {
        const key = store.selected;
        store.select(undefined);
        if (store.view === "picture") picture.focus(key);
        return;
      }
      if (store.view === "picture") picture.element.focus();
    },
    arrow: (dx: number, dy: number, pan: boolean) => {
      if (store.view !== "picture") return;
      if (pan || !picture.step(dx, dy)) picture.zoom.pan(-dx * PAN, -dy * PAN);
    },
  };

  const main = h("main", {}, picture.element, tree.element, table.element, details.element);
  byId("app").replaceChildren(toolbar(store), filters(store), main, timeline.element, help);
  byId("head").append(tools(actions));
  timeline.show(isLive);
  store.on("model", head);
  store.on("model", show);
  store.on("view", show);
  show();
  picture.draw();
  picture.begin();
  head();
  listenToKeys(actions);
  store.on("model", () => {
    if (store.by !== drawnBy) picture.fit();
    drawnBy = store.by;
  });
  let drawnBy = store.by;
  document.documentElement.setAttribute("data-ready", "");
  return { store, timeline };
}

function theme(): void {
  const root = document.documentElement;
  const dark =
    root.getAttribute("data-theme") ?? (matchMedia("(prefers-color-scheme:dark)").matches ? "dark" : "light");
  root.setAttribute("data-theme", dark === "dark" ? "light" : "dark");
}

const data = JSON.parse(byId("data").textContent ?? "{}") as Data;
if (data.snapshot !== undefined) start(data, data.snapshot, false);
else {
  let timeline: Timeline | undefined;
  const say = (words: string, good: boolean) => {
    if (timeline === undefined) byId("sub").textContent = words;
    else timeline.status(words, good);
  };
  void connect(takeToken(), {
    status: say,
    snapshot: (snapshot) => {
      if (timeline === undefined) {
        ({ timeline } = start(data, snapshot, true));
        timeline.status("live", true);
      }
      timeline.add(snapshot);
    },
  });
}
