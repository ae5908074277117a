/** What stands above the picture: views, hierarchies, search, zoom, filters. */
import { HIERARCHIES } from "../../ns/forest.ts";
import { KINDS, type KindName } from "../../ns/kinds.ts";
import { containerWords, userWords } from "../graph/facts.ts";
import { button, h, redraw } from "./dom.ts";
import { signOf } from "./signs.ts";
import { type Store, VIEWS } from "./store.ts";

/** What the buttons do that the store does not. */
export interface Actions {
  zoom(factor: number): void;
  reset(): void;
  fit(): void;
  save(): void;
  store(): void;
  open(): void;
  theme(): void;
  help(): void;
}

/** The search box, for the key that goes to it. */
export const searchBox = (): HTMLInputElement => document.querySelector<HTMLInputElement>("#search input")!;

/** Some of which exactly one is chosen. */
function choice<Word extends string>(
  label: string,
  words: readonly Word[],
  chosen: () => Word,
  choose: (word: Word) => void,
) {
  const buttons = words.map((word) => button(word, `${label} ${word}`, () => choose(word)));
  const show = () => {
    buttons.forEach((one, index) => {
      one.setAttribute("aria-pressed", String(words[index] === chosen()));
    });
  };
  show();
  return { element: h("div", { class: "choice", role: "group", "aria-label": label }, ...buttons), show };
}

/** The first row: what is shown, and the search. */
export function toolbar(store: Store): HTMLElement {
  const views = choice(
    "View as",
    VIEWS,
    () => store.view,
    (view) => store.show(view),
  );
  const by = choice(
    "By",
    HIERARCHIES,
    () => store.by,
    (one) => store.change({ by: one }),
  );
  store.on("view", views.show);
  store.on("model", by.show);
  const name = { id: "toolbar", role: "toolbar", "aria-label": "What is shown" };
  return h("div", name, views.element, by.element, search(store));
}

/** What stands beside the title: zoom, files, help. */
export function tools(actions: Actions): HTMLElement {
  const { zoom, reset, fit, save, store, open, theme, help } = actions;
  const scale = {
    type: "button",
    id: "scale",
    title: "Life size (1)",
    "aria-label": "Life size",
    click: reset,
  };
  return h(
    "div",
    { id: "tools", role: "toolbar", "aria-label": "Tools" },
    h(
      "div",
      { class: "choice", role: "group", "aria-label": "Zoom" },
      button("−", "Zoom out (-)", () => zoom(1 / 1.2)),
      h("button", scale, "100 %"),
      button("+", "Zoom in (+)", () => zoom(1.2)),
      button("fit", "All of it in sight (0)", fit),
    ),
    h(
      "div",
      { class: "choice", role: "group", "aria-label": "Files and help" },
      button("SVG", "Save the picture as SVG (s)", save),
      button("dump", "Save what is seen as a dump", store),
      button("open", "Show a dump from a file; nothing is sent", open),
      button("◐", "Light or dark (t)", theme),
      button("?", "Keys (h)", help),
    ),
  );
}

function search(store: Store): HTMLElement {
  const count = h("output", { "aria-live": "polite" });
  const box = h("input", {
    type: "search",
    placeholder: "Search ( / )",
    "aria-label": "Search by id, kind, process, container, user, path",
    autocomplete: "off",
    spellcheck: "false",
  });
  box.addEventListener("input", () => store.search(box.value));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      store.go(event.shiftKey ? -1 : 1);
    }
    if (event.key === "Escape") {
      event.stopPropagation();
      box.value = "";
      store.search("");
      box.blur();
      document.getElementById("canvas")?.focus();
    }
  });
  const only = h("input", { type: "checkbox" });
  only.addEventListener("change", () => store.change({ onlyHits: only.checked }));
  const show = () => {
    const { query, hits, hit } = store;
    count.textContent = query === "" ? "" : hit < 0 ? `${hits.length} found` : `${hit + 1} of ${hits.length}`;
  };
  store.on("hits", show);
  store.on("model", show);
  store.on("view", show);
  return h(
    "div",
    { id: "search", role: "search" },
    box,
    count,
    button("↑", "Previous hit (N)", () => store.go(-1)),
    button("↓", "Next hit (n)", () => store.go(1)),
    h("label", {}, only, "only hits"),
  );
}

/** The second row: what is shown at all. */
export function filters(store: Store): HTMLElement {
  // Each by itself: a count that changes must not close a list that is open.
  const parts = [h("span"), h("span"), h("span")] as const;
  const [kindsPart, usersPart, containersPart] = parts;
  const element = h("div", { id: "filters", role: "group", "aria-label": "Filters" }, ...parts);
  const toggle = (kind: KindName) => {
    const kinds = new Set(store.kinds);
    if (!kinds.delete(kind)) kinds.add(kind);
    store.change({ kinds });
  };
  const draw = () => {
    const { snapshot, kinds, orphans } = store;
    const counts = Map.groupBy(snapshot.namespaces, ({ kind }) => kind);
    const buttons = KINDS.map(({ name, title }) =>
      h(
        "button",
        {
          type: "button",
          "data-filter": name,
          "aria-pressed": String(kinds.has(name)),
          title: `Show ${title} namespaces`,
          click: () => toggle(name),
        },
        signOf(name),
        `${name} `,
        h("span", { class: "count" }, String(counts.get(name)?.length ?? 0)),
      ),
    );
    const alone = h(
      "button",
      {
        type: "button",
        "data-filter": "orphans",
        "aria-pressed": String(orphans),
        title: "Only namespaces without a process",
        click: () => store.change({ orphans: !orphans }),
      },
      "no process",
    );
    refresh(kindsPart, ...buttons, alone);
    refresh(usersPart, users(store));
    refresh(containersPart, containers(store));
  };
  store.on("model", draw);
  draw();
  return element;
}

/** Draws a part anew where it looks otherwise, and leaves the focus where it is. */
function refresh(part: HTMLElement, ...children: readonly (Node | null)[]): void {
  const focused = part.contains(document.activeElement)
    ? document.activeElement?.getAttribute("data-filter")
    : undefined;
  const isNew = redraw(part, ...children.filter((child) => child !== null));
  if (isNew && focused) part.querySelector<HTMLElement>(`[data-filter="${focused}"]`)?.focus();
}

function users(store: Store): HTMLElement {
  const uids = [...new Set(store.snapshot.namespaces.flatMap(({ uid }) => uid ?? []))].sort((a, b) => a - b);
  const options = uids.map((uid) => [String(uid), userWords(store.model.facts, uid)] as const);
  const chosen = store.uid === undefined ? "" : String(store.uid);
  return select("user", "every user", options, chosen, (value) =>
    store.change({ uid: value === "" ? undefined : Number(value) }),
  );
}

function containers(store: Store): HTMLElement | null {
  const options = store.snapshot.containers.map(
    (container) => [String(container.pid), containerWords(container)] as const,
  );
  if (options.length === 0) return null;
  const chosen = store.container === undefined ? "" : String(store.container);
  return select("container", "every container", options, chosen, (value) =>
    store.change({ container: value === "" ? undefined : Number(value) }),
  );
}

function select(
  name: string,
  all: string,
  options: readonly (readonly [string, string])[],
  chosen: string,
  choose: (value: string) => void,
) {
  const element = h(
    "select",
    { "aria-label": `Only of one ${name}`, "data-filter": name },
    h("option", { value: "" }, all),
    ...options.map(([value, words]) => h("option", { value, selected: value === chosen }, words)),
  );
  element.addEventListener("change", () => choose(element.value));
  return element;
}
