/** The panel that says all that is known of what is selected. */

import { KINDS } from "../../ns/kinds.ts";
import type { Namespace, Process } from "../../ns/model.ts";
import {
  containerOf,
  containerWords,
  type Facts,
  holderWords,
  processWords,
  titleOf,
  userWords,
} from "../graph/facts.ts";
import { button, h, redraw } from "./dom.ts";
import { signOf } from "./signs.ts";
import type { Store } from "./store.ts";

/** More of one thing are only counted. */
const MOST = 60;

type Row = readonly [term: string, ...values: (Node | string)[]];

/** The panel. */
export class Details {
  readonly element = h("aside", { id: "details", "aria-label": "Details", tabindex: "-1", hidden: true });
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.on("selection", () => this.draw());
    store.on("model", () => this.draw());
  }

  /** Shows what is selected; hides the panel where nothing is. */
  draw(): void {
    const { selected, model } = this.#store;
    this.element.hidden = selected === undefined;
    if (selected === undefined) return;
    const focused = this.element.contains(document.activeElement);
    const close = button("×", "Close the details (Escape)", () => this.#store.select(undefined), {
      class: "close",
    });
    if (redraw(this.element, close, ...this.#content(model.facts, selected)) && focused) this.element.focus();
  }

  #content(facts: Facts, key: string): Node[] {
    const number = Number.parseInt(key.slice(key.indexOf(":") + 1), 10);
    const namespace = key.startsWith("ns:") ? facts.namespaces.get(number) : undefined;
    if (namespace !== undefined) return this.#ofNamespace(facts, namespace);
    const process = key.startsWith("p:") ? facts.processes.get(number) : undefined;
    if (process !== undefined) return this.#ofProcess(facts, process);
    if (key.startsWith("c:")) return this.#ofContainer(facts, number);
    const card = this.#store.model.graph.cards.find((one) => one.key === key);
    if (card === undefined)
      return [h("h2", {}, "It is gone"), h("p", {}, "What was selected is not there any more.")];
    return [h("h2", {}, card.title), ...card.lines.map((line) => h("p", {}, line))];
  }

  #ofNamespace(facts: Facts, namespace: Namespace): Node[] {
    const { kind, id, uid, owner, parent, children, owned, processes, holders, serial, initial, device } =
      namespace;
    const container = containerOf(facts, namespace);
    return [
      h("h2", {}, signOf(kind), titleOf(namespace)),
      list([
        ["Kind", KINDS.find(({ name }) => name === kind)!.title, initial ? " (made with the kernel)" : ""],
        [kind === "user" ? "Made by" : "Of user", userWords(facts, uid)],
        ["Owner", ...this.#namespaceLinks(facts, owner === null ? [] : [owner], initial ? "none" : "?")],
        ...(kind === "user" || kind === "pid"
          ? [
              [
                "Parent",
                ...this.#namespaceLinks(facts, parent === null ? [] : [parent], initial ? "none" : "?"),
              ] as Row,
            ]
          : []),
        ...(children.length > 0 ? [["Children", ...this.#namespaceLinks(facts, children)] as Row] : []),
        ...(owned.length > 0 ? [["Owns", ...this.#namespaceLinks(facts, owned)] as Row] : []),
        ...(container === undefined ? [] : [["Container", containerWords(container)] as Row]),
        ["Processes", ...this.#processLinks(facts, processes)],
        [
          "Held by",
          ...(holders.length === 0
            ? ["nothing else"]
            : some(holders.map((holder) => h("li", {}, holderWords(holder))))),
        ],
        ["Number", `${id}${serial === null ? "" : `, serial ${serial}`}, device ${device}`],
      ]),
    ];
  }

  #ofProcess(facts: Facts, process: Process): Node[] {
    const { pid, ppid, uid, gid, command, state, threads, cgroup, pids, namespaces, strays, container } =
      process;
    const inside = container === null ? undefined : facts.snapshot.containers[container];
    return [
      h("h2", {}, processWords(facts, pid)),
      list([
        ["Command", command === null ? "?" : command.join(" ") || "none"],
        ["User", userWords(facts, uid)],
        ["Group", gid === null ? "?" : String(gid)],
        ["State", state],
        ["Parent", ...(facts.processes.has(ppid) ? this.#processLinks(facts, [ppid]) : [String(ppid)])],
        [
          "Threads",
          String(threads),
          ...strays.map((stray) => h("li", {}, `${stray.name} (${stray.tid}) in namespaces of its own`)),
        ],
        ["PIDs", pids.join(" / ")],
        ["Cgroup", cgroup ?? "?"],
        ...(inside === undefined ? [] : [["Container", containerWords(inside)] as Row]),
        ["Namespaces", ...this.#namespaceLinks(facts, Object.values(namespaces), "?")],
      ]),
    ];
  }

  #ofContainer(facts: Facts, index: number): Node[] {
    const container = facts.snapshot.containers[index];
    if (container === undefined) return [h("h2", {}, "In no container")];
    const { engine, id, name, group, pid, paused } = container;
    const members = facts.snapshot.processes.filter((process) => process.container === index);
    return [
      h("h2", {}, containerWords(container)),
      list([
        ["Engine", engine],
        ["Name", name ?? "?"],
        ["Id", id ?? "?"],
        ...(group === null ? [] : [["Group", group] as Row]),
        ["Paused", paused === null ? "?" : paused ? "yes" : "no"],
        ["First", ...this.#processLinks(facts, [pid])],
        [
          "Processes",
          ...this.#processLinks(
            facts,
            members.map((process) => process.pid),
          ),
        ],
        [
          "Namespaces",
          ...this.#namespaceLinks(facts, Object.values(facts.processes.get(pid)?.namespaces ?? {}), "?"),
        ],
      ]),
    ];
  }

  #namespaceLinks(facts: Facts, ids: readonly number[], none = "none"): (Node | string)[] {
    if (ids.length === 0) return [none];
    const links = ids.slice(0, MOST + 1).map((id) => {
      const namespace = facts.namespaces.get(id);
      if (namespace === undefined) return h("li", {}, `[${id}]`);
      return h("li", {}, this.#link(`ns:${id}`, titleOf(namespace)));
    });
    return some(links, ids.length);
  }

  #processLinks(facts: Facts, pids: readonly number[]): (Node | string)[] {
    if (pids.length === 0) return ["none"];
    const links = pids
      .slice(0, MOST + 1)
      .map((pid) => h("li", {}, this.#link(`p:${pid}`, processWords(facts, pid))));
    return some(links, pids.length);
  }

  #link(key: string, words: string): HTMLElement {
    const click = () => {
      this.#store.select(key);
      this.element.focus();
    };
    return h("button", { type: "button", class: "link", click }, words);
  }
}

const list = (rows: readonly Row[]): HTMLElement =>
  h("dl", {}, ...rows.flatMap(([term, ...values]) => [h("dt", {}, term), h("dd", {}, ...values)]));

/** A list of the first few `items`; of how many there are in all. */
const some = (items: readonly HTMLElement[], all = items.length): Node[] => [
  h(
    "ul",
    {},
    ...items.slice(0, MOST),
    ...(all > MOST ? [h("li", {}, `and ${(all - MOST).toLocaleString("en")} more`)] : []),
  ),
];
