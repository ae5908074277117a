/** What stands on a card, by what it is a card of. */
import type { Node } from "../../ns/forest.ts";
import type { KindName } from "../../ns/kinds.ts";
import type { Process } from "../../ns/model.ts";
import {
  containerOf,
  containerWords,
  countWords,
  type Facts,
  labelOf,
  marksOf,
  namespaceLines,
  processWords,
  titleOf,
  userWords,
} from "./facts.ts";

/** The words of a card. */
export interface Content {
  readonly type: Exclude<Node["type"], "folder">;
  readonly kind: KindName | null;
  readonly title: string;
  readonly lines: readonly string[];
  readonly marks: readonly string[];
  readonly alive: boolean;
  readonly tip: readonly string[];
}

const UNKNOWN = {
  owner: "owner out of reach",
  parent: "parent out of reach",
  process: "in no process that is seen",
  namespace: "in a PID namespace that may not be read",
} as const;

/** The words of the card of `node`. */
export function contentOf(facts: Facts, node: Exclude<Node, { type: "folder" }>): Content {
  switch (node.type) {
    case "namespace":
      return ofNamespace(facts, node.id, node.kind);
    case "process":
      return ofProcess(facts, node.pid);
    case "thread":
      return ofThread(facts, node.pid, node.tid);
    case "container":
      return ofContainer(facts, node.container);
    case "unknown":
      return content("unknown", "?", [UNKNOWN[node.what]]);
  }
}

const content = (
  type: Content["type"],
  title: string,
  lines: readonly string[],
  more: Partial<Content> = {},
): Content => ({ type, kind: null, title, lines, marks: [], alive: true, tip: [title, ...lines], ...more });

function ofNamespace(facts: Facts, id: number, kind: KindName): Content {
  const namespace = facts.namespaces.get(id);
  if (namespace === undefined) return content("namespace", titleOf({ kind, id }), [], { kind });
  const { processes, uid, owner } = namespace;
  const label = labelOf(facts, namespace);
  const others = processes.length - 1;
  const container = containerOf(facts, namespace);
  const lines = [
    ...(label === "" ? [] : [others > 0 ? `${label} +${others.toLocaleString("en")}` : label]),
    kind === "user"
      ? `made by ${userWords(facts, uid)}`
      : `owner ${owner === null ? "?" : `user:[${owner}]`}`,
    ...(container === undefined ? [] : [containerWords(container)]),
  ];
  return content("namespace", titleOf(namespace), lines, {
    kind,
    marks: marksOf(namespace),
    alive: processes.length > 0,
    tip: namespaceLines(facts, namespace),
  });
}

function ofProcess(facts: Facts, pid: number): Content {
  const process = facts.processes.get(pid);
  if (process === undefined) return content("process", processWords(facts, pid), []);
  const { uid, state, frozen } = process;
  const container = process.container === null ? undefined : facts.snapshot.containers[process.container];
  const lines = [userWords(facts, uid), ...(container === undefined ? [] : [containerWords(container)])];
  const marks = [...(state === "Z" ? ["zombie"] : []), ...(frozen ? ["frozen"] : [])];
  const title = processWords(facts, pid);
  return content("process", title, lines, { marks, tip: [title, ...lines, ...commandOf(process)] });
}

const LONGEST_COMMAND = 200;

const commandOf = ({ command }: Process): string[] =>
  command === null || command.length === 0 ? [] : [command.join(" ").slice(0, LONGEST_COMMAND)];

function ofThread(facts: Facts, pid: number, tid: number): Content {
  const stray = facts.processes.get(pid)?.strays.find((one) => one.tid === tid);
  return content("thread", `${stray?.name ?? "?"} (${tid})`, [`thread of ${processWords(facts, pid)}`], {
    marks: ["thread"],
  });
}

function ofContainer(facts: Facts, index: number | null): Content {
  const inside = facts.members.get(index) ?? 0;
  const count = countWords(inside, "process", "processes");
  const container = index === null ? undefined : facts.snapshot.containers[index];
  if (container === undefined) return content("container", "no container", [count]);
  const { group, id, pid, paused } = container;
  const lines = [
    `${processWords(facts, pid)}, ${count}`,
    ...(group === null ? [] : [`group ${group}`]),
    ...(id === null || id === container.name ? [] : [`id ${id.slice(0, 12)}`]),
  ];
  return content("container", containerWords(container), lines, { marks: paused ? ["paused"] : [] });
}
