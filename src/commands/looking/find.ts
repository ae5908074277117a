/** From the words of a command line to what a snapshot holds: processes and namespaces. */
import { statSync } from "node:fs";
import { didYouMean, suggest } from "../../cli/suggest.ts";
import { KINDS, type KindName } from "../../ns/kinds.ts";
import type { Container, Holder, Namespace, Process, Snapshot } from "../../ns/model.ts";
import { errnoText } from "../../sys/errno.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { isDump } from "./source.ts";

/** Beginnings of ids that are shorter may mean anything. */
const SHORTEST_ID = 3;

/** Whether `word` names a container: its name, its id, or a beginning of the id. */
const isCalled = ({ name, id }: Container, word: string): boolean =>
  name === word || id === word || (word.length >= SHORTEST_ID && (id?.startsWith(word) ?? false));

/** Those containers that `word` may mean: an exact name or id goes before a beginning. */
export function containersCalled(snapshot: Snapshot, word: string): readonly Container[] {
  const exact = snapshot.containers.filter(({ name, id }) => name === word || id === word);
  return exact.length > 0 ? exact : snapshot.containers.filter((container) => isCalled(container, word));
}

/**
 * The one container called `word`.
 * @throws NsboxError where there is none, or more than one.
 */
export function findContainer(snapshot: Snapshot, word: string): Container {
  const found = containersCalled(snapshot, word);
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  if (first !== undefined) {
    throw new NsboxError(`"${word}" may be any of ${found.length} containers`, {
      cause: found
        .slice(0, 3)
        .map(({ engine, name, id, pid }) => `${engine} ${name ?? id ?? "?"} (PID ${pid})`)
        .join(", "),
      hint: "Write the PID of one of its processes instead",
      code: "ambiguous",
    });
  }
  const names = snapshot.containers.flatMap(({ name }) => name ?? []);
  throw new NsboxError(`There is no container "${word}" that runs`, {
    hint: didYouMean(suggest(word, names)) ?? "`nsbox tree --by container` shows those that run",
    code: "not-found",
  });
}

/**
 * The process that `word` means: a PID as the viewer numbers it, or the first process of a container.
 * @throws NsboxError where there is none.
 */
export function findProcess(snapshot: Snapshot, word: string): Process {
  const pid = /^\d+$/.test(word) ? Number(word) : findContainer(snapshot, word).pid;
  const found = snapshot.processes.find((process) => process.pid === pid);
  if (found !== undefined) return found;
  const of = snapshot.processes.find(({ strays }) => strays.some(({ tid }) => tid === pid));
  throw new NsboxError(`There is no process ${word}`, {
    ...(of === undefined ? {} : { cause: `it is a thread of process ${of.pid}` }),
    code: "not-found",
  });
}

/**
 * The namespace that `word` means: `net:[4026531840]`, the number alone, a path to one, or what process or
 * container is in: `1234/net`, `web/net`.
 * @throws NsboxError where it is not in the snapshot, UsageError where `word` has none of these forms.
 */
export function findNamespace(snapshot: Snapshot, word: string): Namespace {
  const id = idOf(snapshot, word);
  const found = snapshot.namespaces.find((namespace) => namespace.id === id);
  if (found !== undefined) return found;
  throw new NsboxError(`There is no namespace "${word}" in reach`, {
    hint: "`nsbox ls` lists all of them",
    code: "not-found",
  });
}

/** The first namespace of a kind that a process or container is in. */
function idOf(snapshot: Snapshot, word: string): number | undefined {
  const written = /^(?:([a-z]+):\[)?(\d+)\]?$/.exec(word);
  if (written !== null) {
    const [, kind, digits] = written;
    const id = Number(digits);
    const found = snapshot.namespaces.find((namespace) => namespace.id === id);
    if (found !== undefined && kind !== undefined && found.kind !== kind) {
      throw new NsboxError(`There is no namespace "${word}"`, {
        cause: `${found.id} is of the kind ${found.kind}`,
        code: "not-found",
      });
    }
    return id;
  }
  const of = /^([^/]+)\/([a-z]+)$/.exec(word);
  const kind = KINDS.find(({ name }) => name === of?.[2])?.name;
  if (of !== null && kind !== undefined) return kindOf(snapshot, of[1] ?? "", kind);
  if (!word.includes("/")) {
    throw new UsageError(
      `"${word}" names no namespace`,
      'It is written as "net:[4026531840]", 4026531840, a path, PID/net or NAME/net',
    );
  }
  return isDump(snapshot) ? idInDump(snapshot, word) : idAt(snapshot, word);
}

/** The namespace that a path of this machine leads to. */
function idAt(snapshot: Snapshot, path: string): number {
  try {
    const { ino, dev } = statSync(path);
    if (snapshot.namespaces.some(({ device }) => device === dev)) return ino;
  } catch (error) {
    const { code = "", errno = 0 } = error as NodeJS.ErrnoException;
    throw new NsboxError(`Cannot look at "${path}"`, {
      cause: errnoText(-errno),
      errno: code,
      ...(code === "EACCES" && /^\/proc\/\d+\//.test(path) ? { hint: WHO_MAY } : {}),
    });
  }
  throw new NsboxError(`"${path}" is no namespace`, { hint: NAMESPACE_FILES, code: "no-namespace" });
}

/** The namespace that a path led to when the dump was written, seen from whoever wrote it. */
function idInDump(snapshot: Snapshot, path: string): number {
  const [, who, name, children] = /^\/proc\/(\d+|self)\/ns\/([a-z]+)(_for_children)?$/.exec(path) ?? [];
  const kind = KINDS.find((each) => each.name === name)?.name;
  if (who !== undefined && kind !== undefined) {
    const pid = who === "self" ? snapshot.viewer.pid : Number(who);
    const isTheirs = (holder: Holder) => holder.by === "children" && holder.pid === pid;
    const theirs = snapshot.namespaces.find((one) => one.kind === kind && one.holders.some(isTheirs));
    // Without one of their own, children are where their parent is.
    return children !== undefined && theirs !== undefined ? theirs.id : kindOf(snapshot, String(pid), kind);
  }
  const { mnt } = snapshot.viewer.namespaces;
  const mounted = snapshot.namespaces.filter(({ holders }) =>
    holders.some((holder) => holder.by === "mount" && holder.path === path && holder.namespace === mnt),
  );
  const [only, ...more] = mounted;
  if (only !== undefined && more.length === 0) return only.id;
  throw new NsboxError(`The dump does not tell which namespace "${path}" is`, {
    hint: "`nsbox ls` with that dump lists them, with their ids",
    code: "not-found",
  });
}

function kindOf(snapshot: Snapshot, word: string, kind: KindName): number {
  const process = findProcess(snapshot, word);
  const id = process.namespaces[kind];
  if (id !== undefined) return id;
  throw notKnown(snapshot, process, `The ${kind} namespace of "${word}" is`);
}

/** Why nothing is known of namespaces of a process. */
export const notKnown = (snapshot: Snapshot, { state }: Process, what: string): NsboxError =>
  new NsboxError(`${what} not known`, {
    cause: state === "Z" ? "it is a zombie" : "it may not be read",
    ...(state === "Z" || isDump(snapshot) ? {} : { hint: WHO_MAY }),
    code: "not-found",
  });

/** What helps where a process is another user's. */
export const WHO_MAY = "Ask as the user whose process it is, or as root";
/** What a file is that is a namespace. */
export const NAMESPACE_FILES =
  "A namespace is a file such as /proc/1/ns/net, or one that such a file was bound on";

/** How a namespace is written everywhere: `net:[4026531840]`. */
export const titleOf = ({ kind, id }: Pick<Namespace, "kind" | "id">): string => `${kind}:[${id}]`;
