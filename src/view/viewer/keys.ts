/** The keys, in one table: what they do, and what the help says of them. */
import { h } from "./dom.ts";

/** What keys do that is not only the store's business. */
export interface KeyActions {
  zoom(factor: number): void;
  reset(): void;
  fit(): void;
  save(): void;
  theme(): void;
  help(): void;
  search(): void;
  hit(step: number): void;
  details(): void;
  escape(): void;
  view(index: number): void;
  quit(): void;
  /** Moves the picture, or the focus where it is on a card. */
  arrow(dx: number, dy: number, pan: boolean): void;
}

interface Row {
  readonly keys: readonly string[];
  readonly shown: string;
  readonly help: string;
  run(actions: KeyActions): void;
}

const ROWS: readonly Row[] = [
  { keys: ["+", "="], shown: "+", help: "zoom in, 1.2 times", run: (on) => on.zoom(1.2) },
  { keys: ["-", "_"], shown: "-", help: "zoom out", run: (on) => on.zoom(1 / 1.2) },
  { keys: ["1"], shown: "1", help: "life size", run: (on) => on.reset() },
  { keys: ["0", "f"], shown: "0 f", help: "all of it in sight", run: (on) => on.fit() },
  { keys: ["s"], shown: "s", help: "save the picture as SVG", run: (on) => on.save() },
  { keys: ["/"], shown: "/", help: "search", run: (on) => on.search() },
  { keys: ["n"], shown: "n", help: "next hit", run: (on) => on.hit(1) },
  { keys: ["N"], shown: "N", help: "previous hit", run: (on) => on.hit(-1) },
  { keys: ["p"], shown: "p", help: "picture", run: (on) => on.view(0) },
  { keys: ["e"], shown: "e", help: "tree", run: (on) => on.view(1) },
  { keys: ["b"], shown: "b", help: "table", run: (on) => on.view(2) },
  { keys: ["t"], shown: "t", help: "light or dark", run: (on) => on.theme() },
  { keys: ["h", "?"], shown: "h ?", help: "this help", run: (on) => on.help() },
  {
    keys: ["q"],
    shown: "q",
    help: "a page cannot close itself: close the tab (Ctrl+W)",
    run: (on) => on.quit(),
  },
];

/** Keys whose rows stand elsewhere in the code. */
const MORE: readonly (readonly [string, string])[] = [
  ["arrows", "move the picture; on a box, go to the next one"],
  ["Shift+arrows", "move the picture"],
  ["Tab, Enter", "to the boxes; details of a box"],
  ["Escape", "close, and back"],
  ["wheel, drag, pinch", "zoom and move"],
];

/** What is drawn how. */
const SIGNS: readonly (readonly [string, string])[] = [
  ["solid line", "to the parent"],
  ["dashed line", "to the owner"],
  ["dashed box", "no process is in it"],
  ["bind, fd, socket", "held by a bind mount, a descriptor, a socket"],
  ["thread, children", "held by a thread; kept for a process's children"],
];

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Whether the keys belong to what has the focus: to something that is typed into or chosen from. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLInputElement && target.type !== "checkbox" && target.type !== "file");

/** Listens. */
export function listenToKeys(actions: KeyActions): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") return actions.escape();
    if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
    const arrow = ARROWS[event.key];
    if (arrow !== undefined) {
      actions.arrow(...arrow, event.shiftKey);
      return;
    }
    const isButton = event.target instanceof HTMLButtonElement;
    if (event.key === "Enter" && !isButton) {
      event.preventDefault();
      actions.details();
      return;
    }
    const row = ROWS.find(({ keys }) => keys.includes(event.key));
    if (row === undefined) return;
    event.preventDefault();
    row.run(actions);
  });
}

/** The help, as a dialog that Escape closes. */
export function helpDialog(): HTMLDialogElement {
  const rows = [...ROWS.map(({ shown, help }) => [shown, help] as const), ...MORE];
  const close = () => dialog.close();
  const dialog = h(
    "dialog",
    { id: "help", "aria-label": "Keys" },
    h("h2", {}, "Keys"),
    h(
      "dl",
      {},
      ...rows.flatMap(([keys, help]) => [
        h("dt", {}, ...keys.split(/(?<=^\S) (?=\S$)/).map((key) => h("kbd", {}, key))),
        h("dd", {}, help),
      ]),
    ),
    h("h2", {}, "Signs"),
    h("dl", {}, ...SIGNS.flatMap(([sign, help]) => [h("dt", {}, sign), h("dd", {}, help)])),
    h("button", { type: "button", click: close, autofocus: true }, "Close"),
  );
  return dialog;
}
