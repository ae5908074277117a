/** What a person adds by name: files, directories with all that is in them, links, devices, FIFOs. */
import { NsboxError, UsageError } from "../../src/util/errors.ts";
import { isElf } from "../elf/elf.ts";
import { wordsFor } from "../files/failure.ts";
import { baseOf, parentOf } from "../files/paths.ts";
import { Host } from "../load/host.ts";
import type { Collector } from "./collector.ts";
import type { Reason } from "./manifest.ts";

/** One thing to add. */
export interface Addition {
  /**
   * Without a destination a path of the system that the tree is made from, which keeps its place; with one a
   * path of the caller's own. What a directory holds, and not itself, where it ends in `/.`.
   */
  readonly source: string;
  /** A path of the tree; with a slash at its end the directory to put it in. */
  readonly destination?: string | undefined;
}

/** Adds it all. Throws NsboxError where something is not there, UsageError where a destination is none. */
export function addFiles(collector: Collector, additions: readonly Addition[]): void {
  // Everything is looked at first: a mistake in the last one is told before anything is read.
  const own = collector.host.prefix === "" ? collector.host : new Host();
  const all = additions.map((addition) => ({ ...addition, to: check(addition) }));
  for (const { source, to } of all) {
    const why: Reason = { by: "", name: source, rule: "--add" };
    if (to === undefined) collector.tree(trim(source), why, { special: true });
    else put(collector, { own, source, to: settle(collector, place(own, source, to), why), why });
    if (to === undefined || own === collector.host) addInterpreter(collector, source);
  }
}

/** A script that is added by itself is a command, and brings its interpreter; what a directory holds may be data. */
function addInterpreter(collector: Collector, source: string): void {
  const path = collector.host.absolute(source);
  const { entry } = collector.host.walk(path);
  if (entry?.kind !== "file" || ((entry.stat?.mode ?? 0n) & 0o111n) === 0n) return;
  if (new TextDecoder().decode(collector.host.read(path, 2)) !== "#!") return;
  try {
    collector.needsOf(path);
  } catch (error) {
    if (!(error instanceof NsboxError)) throw error;
    collector.note(`"${source}" lacks what it needs: ${error.details.cause ?? error.message}`);
  }
}

/** The destination without dots and doubled slashes; a slash at its end stays. */
function check({ source, destination }: Addition): string | undefined {
  if (source === "") throw new UsageError("--add wants a SRC", "--add /etc/motd, or --add ./motd:/etc/motd");
  if (destination === undefined) return undefined;
  const refuse = (cause: string) => new UsageError(`Cannot add "${source}" as "${destination}": ${cause}`);
  if (!destination.startsWith("/")) throw refuse("a place in the tree begins with a slash");
  const names = destination.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) throw refuse('a place in the tree holds no ".."');
  return `/${names.join("/")}${/\/\.?$/.test(destination) && names.length > 0 ? "/" : ""}`;
}

/** Where `source` goes: into `to` under its own name where that ends in a slash. */
function place(own: Host, source: string, to: string): string {
  if (source.endsWith("/.") || source === ".") return to.replace(/(?<=.)\/$/, "");
  if (!to.endsWith("/")) return to;
  const name = baseOf(own.walk(source).path);
  const written = baseOf(trim(source));
  // The name as it is written, but for "..", which is none.
  return `${to}${written === ".." || written === "" ? name : written}`;
}

/** `to` by the layout of the system that the tree is made from: what is added to /bin may go to /usr/bin. */
function settle(collector: Collector, to: string, why: Reason): string {
  if (to === "/") return to;
  const walk = collector.host.walk(parentOf(to));
  if (walk.links.length === 0) return to;
  if (walk.entry?.kind === "directory") collector.file(parentOf(to), why);
  return `${walk.path === "/" ? "" : walk.path}/${baseOf(to)}`;
}

interface Put {
  readonly own: Host;
  readonly source: string;
  readonly to: string;
  readonly why: Reason;
}

function put(collector: Collector, { own, source, to, why }: Put): void {
  const { entry, errno, path } = own.walk(source);
  if (entry === undefined) {
    throw new NsboxError(`Cannot add "${source}"`, {
      cause: wordsFor(errno),
      errno,
      ...(errno === "ENOENT" ? { code: "not-found" } : {}),
    });
  }
  if (to === "/" && entry.kind !== "directory") {
    throw new UsageError(`Cannot add "${source}" as "/": it is no directory`);
  }
  if (own === collector.host) collector.tree(trim(source), why, { to, special: true });
  else putOwn(collector, { own, source: path, to, why });
}

/** A thing of the caller's own in a tree of another system: it is copied as it is. */
function putOwn(collector: Collector, { own, source, to, why }: Put): void {
  const entry = own.look(source);
  if (typeof entry === "string") throw new NsboxError(`Cannot add "${source}"`, { cause: wordsFor(entry) });
  const kind = entry.kind === "directory" || entry.kind === "link" ? entry.kind : "data";
  if (to !== "/") collector.manifest.put(to, { path: own.onDisk(source), entry }, { kind, why });
  if (entry.kind === "file" && isElf(own.read(source, 4) ?? new Uint8Array(0))) {
    collector.note(`"${source}" is not of "${collector.host.prefix}": its libraries were not looked for`);
  }
  if (entry.kind !== "directory") return;
  for (const name of own.list(source)) {
    const below = `${source === "/" ? "" : source}/${name}`;
    putOwn(collector, { own, source: below, to: `${to === "/" ? "" : to}/${name}`, why });
  }
}

/** `path` without slashes and dots at its end. */
const trim = (path: string): string => path.replace(/(?<=.)(?:\/+\.?)+$/, "");
