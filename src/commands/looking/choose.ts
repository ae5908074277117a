/** Which namespaces a command shows: its words, and the options that filter. */
import type { Flag, Parsed } from "../../cli/command.ts";
import { didYouMean, suggest } from "../../cli/suggest.ts";
import { KINDS, type KindName } from "../../ns/kinds.ts";
import type { Namespace, Process, Snapshot } from "../../ns/model.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { containersCalled, findContainer, findNamespace, findProcess, notKnown } from "./find.ts";
import { isOrphan, type World } from "./world.ts";

/** `--kind`, in every command that lists kinds. */
export const KIND_FLAG: Flag = {
  long: "kind",
  short: "t",
  value: "KIND,…",
  multiple: true,
  group: "Filters",
  help: "Only these kinds",
  text: `Names as under /proc/PID/ns, or the letters of \`nsbox run\`: ${KINDS.map(
    ({ name, letter }) => `${name} (${letter})`,
  ).join(", ")}.`,
};

/** The options that filter. Of several values of one, any must hold; of different options, all. */
export const FILTER_FLAGS: readonly Flag[] = [
  KIND_FLAG,
  {
    long: "pid",
    short: "p",
    value: "PID",
    multiple: true,
    group: "Filters",
    help: "Only those that the process, or one of its threads, is in",
  },
  {
    long: "container",
    value: "NAME",
    multiple: true,
    group: "Filters",
    help: "Only those that a process of the container is in",
    text: "By name, id, the beginning of an id, or the PID of its first process. What it shares with the host is listed too.",
  },
  {
    long: "user",
    value: "USER",
    multiple: true,
    group: "Filters",
    help: "Only those whose first process runs as the user, or that the user made",
    text: "By name or number. Who made a namespace is who made the user namespace that owns it; the initial ones were made by nobody.",
  },
  {
    long: "owner",
    value: "NAMESPACE",
    multiple: true,
    group: "Filters",
    help: "Only those that the user namespace owns",
    text: "With the user namespaces whose parent it is.",
  },
  {
    long: "orphans",
    group: "Filters",
    help: "Only those that no process and no thread is in",
    text: "They live by a mount, a descriptor, a socket, or by others whose parent or owner they are: the column HOLDER tells.",
  },
];

type Test = (namespace: Namespace) => boolean;

/**
 * The kinds that `--kind` names; undefined where it was not given.
 * @throws UsageError for one that there is not.
 */
export function readKinds(input: Parsed, option = "kind"): KindName[] | undefined {
  if (!input.has(option)) return undefined;
  const words = input.values(option).flatMap((value) => value.split(","));
  return words.map((word) => {
    const kind = kindCalled(word);
    if (kind !== undefined) return kind;
    const names = KINDS.map(({ name }) => name);
    throw new UsageError(
      `Option "--${option}" does not know the kind "${word}"`,
      didYouMean(suggest(word, names)) ?? `There are ${names.join(", ")}`,
    );
  });
}

/** A kind by its name, its letter or its title. */
const kindCalled = (word: string): KindName | undefined =>
  KINDS.find(({ name, letter, title }) => name === word || letter === word || title === word)?.name;

/** The test that all filters and words are together. */
export function readFilters(input: Parsed, world: World): Test {
  const { snapshot } = world;
  const tests: Test[] = [];
  const add = (option: string, read: (value: string) => Test) => {
    const any = input.values(option).map(read);
    if (any.length > 0) tests.push((namespace) => any.some((test) => test(namespace)));
  };
  const kinds = readKinds(input);
  if (kinds !== undefined) tests.push(({ kind }) => kinds.includes(kind));
  add("pid", (value) => isAround([readable(snapshot, findProcess(snapshot, pidOf(value)))]));
  add("container", (value) => {
    const found = /^\d+$/.test(value)
      ? snapshot.containers.find(({ pid }) => pid === Number(value))
      : undefined;
    return isAround(membersOf(world, snapshot.containers.indexOf(found ?? findContainer(snapshot, value))));
  });
  add("user", (value) => {
    const uid = uidOf(world, value);
    return (namespace) =>
      world.leader(namespace)?.uid === uid || (namespace.uid === uid && !namespace.initial);
  });
  add("owner", (value) => {
    const { id, kind } = findNamespace(snapshot, value);
    if (kind !== "user") throw new UsageError(`"${value}" owns nothing: it is no user namespace`);
    return ({ owner }) => owner === id;
  });
  if (input.has("orphans")) tests.push(isOrphan);
  const words = input.rest.map((word) => readWord(word, world));
  if (words.length > 0) tests.push((namespace) => words.some((test) => test(namespace)));
  return (namespace) => tests.every((test) => test(namespace));
}

/** A kind, a namespace, a PID or a container. */
function readWord(word: string, world: World): Test {
  const { snapshot } = world;
  const kind = KINDS.find(({ name }) => name === word)?.name;
  if (kind !== undefined) return (namespace) => namespace.kind === kind;
  if (/[[/:]/.test(word) || (/^\d+$/.test(word) && Number(word) >= 2 ** 22)) {
    const { id } = findNamespace(snapshot, word);
    return (namespace) => namespace.id === id;
  }
  if (/^\d+$/.test(word)) return isAround([readable(snapshot, findProcess(snapshot, word))]);
  // "network" and "mount" may be names of containers too.
  const meant = kindCalled(word);
  if (meant !== undefined && containersCalled(snapshot, word).length === 0) {
    return (namespace) => namespace.kind === meant;
  }
  return isAround(membersOf(world, snapshot.containers.indexOf(findContainer(snapshot, word))));
}

/**
 * That process: an empty list would say that it is in no namespace.
 * @throws NsboxError where nothing is known of its namespaces.
 */
function readable(snapshot: Snapshot, process: Process): Process {
  if (Object.keys(process.namespaces).length > 0) return process;
  throw notKnown(snapshot, process, `The namespaces of process ${process.pid} are`);
}

const membersOf = ({ snapshot }: World, index: number): Process[] =>
  snapshot.processes.filter(({ container }) => container === index);

/** Whether one of `processes`, or a thread of one, is in a namespace. */
function isAround(processes: readonly Process[]): Test {
  const ids = new Set<number>();
  for (const { namespaces, strays } of processes) {
    for (const inside of [namespaces, ...strays.map((stray) => stray.namespaces)]) {
      for (const { name } of KINDS) ids.add(inside[name] ?? 0);
    }
  }
  return ({ id }) => ids.has(id);
}

function pidOf(value: string): string {
  if (!/^[1-9]\d{0,9}$/.test(value)) throw new UsageError(`Option "--pid" needs a PID, not "${value}"`);
  return value;
}

/** A user by number, or by a name that the snapshot knows. */
function uidOf({ snapshot }: World, value: string): number {
  if (/^\d{1,10}$/.test(value)) return Number(value);
  const found = Object.entries(snapshot.host.users).find(([, name]) => name === value);
  if (found !== undefined) return Number(found[0]);
  const near = suggest(value, Object.values(snapshot.host.users));
  throw new NsboxError(`No namespace and no process belongs to a user "${value}"`, {
    hint: didYouMean(near) ?? "A number is taken as well",
    code: "not-found",
  });
}
