/**
 * binlibdepcp: copies programs with their loaders and exactly the libraries that these would load into a
 * tree, paths, links, modes, owners and times kept. First everything is found, then anything is written.
 */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { NsboxError } from "../src/util/errors.ts";
import { type Program, type Resolution, resolve } from "./collect/resolve.ts";
import { encodeCache, parseCache } from "./elf/ld-cache.ts";
import { errnoOf, failed, wordsFor } from "./files/failure.ts";
import { baseOf, parentOf, Root } from "./files/paths.ts";
import { addDefaults } from "./layout/defaults.ts";
import { Tree, type TreeEntry } from "./layout/tree.ts";
import { Dpkg } from "./packages/dpkg.ts";
import { Writer } from "./write/writer.ts";

/** What to copy, where to, and how. */
export interface BinlibdepcpOptions {
  /** Where the tree is made; must not be the host's root, nor hold what is copied. */
  readonly directory: string;
  /** Paths, or names on `searchPath`. */
  readonly programs: readonly string[];
  /** As in PATH. */
  readonly searchPath: string;
  /** What LD_LIBRARY_PATH would hold; the environment is never looked at. */
  readonly libraryPath?: readonly string[];
  /** Leaves out the small /etc and the empty directories. */
  readonly bare?: boolean;
  readonly dryRun?: boolean;
  /** Keeps whatever is there. */
  readonly noClobber?: boolean;
}

/** What was done, or in a dry run would be. */
export interface BinlibdepcpResult {
  /** Absolute, without links. */
  readonly directory: string;
  readonly programs: readonly Program[];
  /** In the order they were made. */
  readonly entries: readonly TreeEntry[];
  /** What the caller should know, without a label. */
  readonly notes: readonly string[];
}

/** That many programs are looked up in the package database, and more while time is left. */
const ALWAYS_LOOKED_UP = 8;
const SHELLS = new Set(["ash", "bash", "busybox", "dash", "ksh", "ksh93", "mksh", "sh", "zsh"]);

/** Does it all. Throws NsboxError; then nothing that this run created is left. */
export function binlibdepcp(options: BinlibdepcpOptions): BinlibdepcpResult {
  const directory = checkDirectory(options.directory);
  const { searchPath, libraryPath = [] } = options;
  const resolution = resolve(options.programs, { searchPath, libraryPath });
  refuseSources(directory, resolution);
  const writer = new Writer(options.dryRun ?? false);
  const tree = new Tree(directory, options.noClobber ?? false, writer);
  try {
    fill(tree, resolution, options.bare ?? false);
    writer.end();
  } catch (error) {
    writer.undo();
    throw error;
  }
  const notes = [...lossNotes(tree), ...dataNotes(resolution)];
  return { directory, programs: resolution.programs, entries: tree.entries, notes };
}

function fill(tree: Tree, resolution: Resolution, bare: boolean): void {
  const { manifest, programs } = resolution;
  tree.begin();
  for (const [path, walk] of manifest.wanted) {
    const file = manifest.files.get(walk.path);
    if (file !== undefined) tree.place(path, walk, file);
  }
  addShell(tree, programs);
  addCache(tree, resolution);
  if (!bare) addDefaults(tree, manifest.files.values());
}

/** Scripts and system(3) want a /bin/sh: the first shell becomes it where there is none. */
function addShell(tree: Tree, programs: readonly Program[]): void {
  const shell = programs.find(({ real }) => SHELLS.has(baseOf(real)));
  if (shell === undefined) return;
  tree.links(new Root("").walk("/bin"), "/bin/sh");
  tree.relativeLink("/bin/sh", shell.path, { by: shell.path, name: "/bin/sh", rule: "the first shell" });
}

/**
 * A cache for the tree, if something is found by a cache only. The host's own would name what the tree
 * lacks; what an earlier run wrote stays as far as it holds.
 */
function addCache(tree: Tree, { cached, cachePath }: Resolution): void {
  if (cached.length === 0) return;
  const entries = new Map(cached.map((entry) => [`${entry.flags}\0${entry.name}`, entry]));
  const there = tree.read(cachePath);
  for (const entry of there === undefined ? [] : [...parseCache(there, cachePath).values()].flat()) {
    const key = `${entry.flags}\0${entry.name}`;
    if (!entries.has(key) && tree.walk(entry.path).entry?.kind === "file") entries.set(key, entry);
  }
  const why = { by: "", name: "", rule: "libraries outside the default directories" };
  tree.text(cachePath, encodeCache([...entries.values()]), why, { replace: true });
}

/** The absolute path of `directory` without links. Throws where no tree can or should be made there. */
function checkDirectory(directory: string): string {
  const refuse = (cause: string, errno?: string) =>
    new NsboxError(`Cannot make a root filesystem in "${directory}"`, {
      cause,
      ...(errno === undefined ? {} : { errno }),
    });
  if (directory === "") throw refuse("the name is empty");
  const { path, entry, errno } = new Root("").walk(
    directory.startsWith("/") ? directory : `${process.cwd()}/${directory}`,
  );
  if (entry !== undefined && entry.kind !== "directory") throw refuse("it is no directory", "ENOTDIR");
  if (entry === undefined && errno !== "ENOENT") throw refuse(wordsFor(errno), errno);
  if (isHostRoot(path)) throw refuse("that is the root of this system");
  let existing = path;
  while (statSync(existing, { throwIfNoEntry: false }) === undefined) existing = parentOf(existing);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    if (existing !== path && !statSync(existing).isDirectory()) throw refuse(`"${existing}" is no directory`);
    return existing === path ? realpathSync(path) : path;
  } catch (error) {
    if (errnoOf(error) === "EACCES")
      throw refuse(`"${existing}" is not writable: permission denied (EACCES)`, "EACCES");
    throw failed(`Cannot make a root filesystem in "${directory}"`, error);
  }
}

/** By device and inode too: the root may be mounted a second time elsewhere. */
function isHostRoot(path: string): boolean {
  const root = statSync("/");
  const stat = statSync(path, { throwIfNoEntry: false });
  return path === "/" || (stat?.dev === root.dev && stat.ino === root.ino);
}

/** A tree around the very files that are copied could overwrite them. */
function refuseSources(directory: string, { manifest }: Resolution): void {
  for (const path of manifest.files.keys()) {
    if (!path.startsWith(`${directory}/`)) continue;
    throw new NsboxError(`Cannot make a root filesystem in "${directory}"`, {
      cause: `it holds "${path}", which is to be copied`,
    });
  }
}

/** What of files could not be kept. */
function* lossNotes({ losses }: Tree): Generator<string> {
  const list = ([first, ...others]: readonly string[]) =>
    `"${first}"${others.length === 0 ? "" : ` and ${others.length} more`}`;
  if (losses.owner.length > 0) yield "owners were not kept: only root can give files away";
  if (losses.setId.length > 0)
    yield `setuid and setgid bits were dropped with the owner: ${list(losses.setId)}`;
  if (losses.attributes.length > 0) yield `extended attributes were not kept: ${list(losses.attributes)}`;
}

/** What packages bring with the programs beyond libraries. */
function* dataNotes({ programs, manifest }: Resolution): Generator<string> {
  const dpkg = new Dpkg();
  const subjects = new Map<string, string>();
  for (const { argument, real, interpreters, kind } of programs) {
    for (const path of kind === "script" ? interpreters : [real]) {
      const subject = manifest.wanted.get(path)?.path ?? path;
      if (!subjects.has(subject)) subjects.set(subject, argument);
    }
  }
  let looked = 0;
  for (const [path, argument] of subjects) {
    if (looked >= ALWAYS_LOOKED_UP && dpkg.isLate) break;
    looked++;
    const data = dpkg.dataFor(path);
    if (data === undefined) continue;
    const [first = "", ...others] = data.packages;
    const packages =
      others.length === 0 ? `package ${first} also has` : `packages ${data.packages.join(", ")} also have`;
    const directories = [...data.directories].map(([name, files]) => `${name} (${files} files)`);
    yield `"${argument}" needs more than libraries: its ${packages} ${directories.join(", ")}`;
  }
  const rest = subjects.size - looked;
  if (rest > 0) yield `${rest} of ${subjects.size} programs were not looked up in the package database`;
}
