/** `nsbox cp`: files into a container, and out of it. */
import type { Command, Parsed } from "../cli/command.ts";
import { note } from "../cli/log.ts";
import { openRoot } from "../runtime/containers/root.ts";
import { type Container, isLive } from "../runtime/containers/settle.ts";
import { NsboxError, UsageError } from "../util/errors.ts";
import { type Copying, copyContent, copyTree, makeDirectory } from "./containers/copy-tree.ts";
import { type End, isDirectory, isThere, meansContent, openDirectory, placeOf } from "./containers/ends.ts";
import { checkCount, findContainer } from "./containers/find.ts";
import { ownersOf } from "./containers/owners.ts";

/** `nsbox cp`. */
export const command: Command = {
  name: "cp",
  usage: "NAME:PATH PATH | PATH NAME:PATH",
  description: `Copies a file or a directory with all that is in it out of a container or into one. Modes, times, extended attributes and links are kept, and owners where the caller may give files away: a file keeps the user that it has inside. Devices, FIFOs, sockets and what is in /proc and /sys are left out, with a note.

A container that runs is seen with all that is mounted in it; one that has ended by the root filesystem that it was made with. Links in it never lead out of it, and the last part of a source is copied and not followed where it is a link.

A directory goes into a target directory that is there, and becomes the target where there is none; "DIR/." copies what is in it. A path with a colon that means the host is written with "./" before it.`,
  flags: [],
  positionals: "mixed",
  examples: [
    { line: "nsbox cp web:/var/log ./logs", text: "A directory of the container web." },
    { line: "nsbox cp ./site/. web:/srv/www", text: "What is in a directory, into another." },
  ],
  failure: 1,
  run,
};

interface Typed {
  readonly container: Container | undefined;
  readonly end: End;
}

/** `NAME:PATH`, but not where a slash comes first: that is a path of the host. */
function read(word: string): Typed {
  const [, name, path] = /^([^:/]+):(.*)$/s.exec(word) ?? [];
  if (name === undefined || path === undefined) {
    if (word === "" || word === "-") throw new UsageError(`Not a path: "${word}"`);
    return { container: undefined, end: { root: undefined, path: word, label: word } };
  }
  if (path === "")
    throw new UsageError(`A path is missing behind "${word}"`, `Write "${word}/" for its root`);
  const container = findContainer(name);
  return { container, end: { root: openRoot(container), path, label: word } };
}

async function run({ rest }: Parsed): Promise<number> {
  checkCount(rest, "NAME:PATH PATH or PATH NAME:PATH", 2);
  const [from, to] = [read(rest[0]!), read(rest[1]!)];
  const container = from.container ?? to.container;
  if ((from.container === undefined) === (to.container === undefined)) {
    throw new UsageError(
      container === undefined ? "Neither path is a container's" : "Both paths are containers'",
      "Write NAME:PATH for one of them",
    );
  }
  const pid = container !== undefined && isLive(container) ? container.status?.pid.pid : undefined;
  const left: string[] = [];
  copy(from.end, to.end, {
    owner: ownersOf(pid, from.container === undefined ? "in" : "out"),
    skipped: (label) => left.push(label),
  });
  for (const label of left) await note(`Left out, no file of its own: "${label}"`);
  return 0;
}

function copy(from: End, to: End, copying: Copying): void {
  const target = openDirectory(to);
  if (meansContent(from)) {
    const source = openDirectory(from);
    if (source === undefined) throw absent(from);
    copyContent(source, target ?? makeTarget(to), [from.label, to.label], copying);
    return;
  }
  const source = placeOf(from);
  if (!isThere(source)) throw absent(from);
  const isTree = isDirectory(source);
  if (from.path.endsWith("/") && !isTree) throw new NsboxError(`"${from.label}" is no directory`);
  if (target !== undefined) {
    const label = `${to.label.replace(/\/$/, "")}/${source.name.toString()}`;
    copyTree(source, { directory: target, name: source.name, label }, copying);
    return;
  }
  const place = placeOf(to);
  if (!isTree && to.path.endsWith("/")) throw absent(to);
  if (isTree && isThere(place)) throw new NsboxError(`Cannot copy a directory to "${to.label}": it is none`);
  copyTree(source, place, copying);
}

/** The directory `to`, made for content that comes into it. */
function makeTarget(to: End): number {
  const place = placeOf(to);
  if (isThere(place)) throw new NsboxError(`Cannot copy a directory to "${to.label}": it is none`);
  makeDirectory(place);
  return openDirectory(to)!;
}

const absent = ({ label }: End): NsboxError =>
  new NsboxError(`There is no "${label}"`, { code: "not-found" });
