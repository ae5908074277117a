/**
 * The tree that is made. Every path is resolved inside it, as after a chroot(2), so that links which are
 * already there lead nowhere else.
 */
import {
  type BigIntStats,
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import type { Kind, ManifestFile, Reason } from "../collect/manifest.ts";
import { failed, wordsFor } from "../files/failure.ts";
import { baseOf, type Link, parentOf, Root, relative, type Walk } from "../files/paths.ts";
import { copyFile, giveAway, type Loss } from "../write/copy.ts";
import type { Writer } from "../write/writer.ts";

/** What was done, or in a dry run would be. */
export type Action = "created" | "replaced" | "unchanged" | "kept";

/** One path of the tree that the run is about. */
export interface TreeEntry {
  /** Inside the tree, without links. */
  readonly path: string;
  readonly kind: Kind;
  /** Where a link leads. */
  readonly target?: string;
  readonly bytes: number;
  readonly action: Action;
  readonly why: readonly Reason[];
}

/** How `Tree.text` writes. */
export interface TextOptions {
  /** Replace other content. */
  readonly replace?: boolean;
  readonly mode?: number;
}

const DIRECTORY_MODE = 0o755;
const CONFIG_MODE = 0o644;
const OWNER_MAY_ALL = 0o700;
const PERMISSIONS = 0o7777;
const SET_ID_BITS = 0o6000n;

const isDirectory = (path: string): boolean => lstatSync(path).isDirectory();

/** Only root can keep owners, and setuid bits with them. */
const isRoot = (): boolean => process.geteuid?.() === 0;

/** A root filesystem being made. */
export class Tree {
  readonly entries: TreeEntry[] = [];
  /** Files of which something could not be kept. */
  readonly losses: Readonly<Record<Loss, string[]>> = { owner: [], setId: [], attributes: [] };
  readonly #inside: Root;
  readonly #host = new Root("");
  /** What is there stays, whatever it is. */
  readonly #noClobber: boolean;
  readonly #writer: Writer;
  readonly #done = new Set<string>();
  /** Where directories are inside, by their paths on the host: links to directories are never replaced. */
  readonly #directories = new Map<string, string>();
  readonly #hardlinks = new Map<string, string>();

  /** `directory` is absolute and without links; it need not exist. */
  constructor(directory: string, noClobber: boolean, writer: Writer) {
    this.#inside = new Root(directory);
    this.#noClobber = noClobber;
    this.#writer = writer;
  }

  /** Makes the tree's own directory, and those above it. */
  begin(): void {
    const { prefix } = this.#inside;
    const absent: string[] = [];
    for (let path = prefix; this.#host.look(path) === "ENOENT"; path = parentOf(path)) absent.push(path);
    for (const path of absent.reverse()) this.#writer.create(path, () => mkdirSync(path), isDirectory);
    if (absent.length > 0) this.#inside.put("/", { kind: "directory" });
  }

  /** What `path` leads to, looked up as inside. */
  walk(path: string): Walk {
    return this.#inside.walk(path);
  }

  /** Puts a file of the host where it stands there, with every link by which `path` leads to it. */
  place(path: string, walk: Walk, file: ManifestFile): void {
    this.links(walk, path);
    for (const directory of walk.passed) this.#directory(directory);
    this.#file(file);
    this.#reach(path, walk.path);
  }

  /** Puts the links of `walk` there. `by` is the path they serve. */
  links(walk: Walk, by: string): void {
    for (const link of walk.links) this.#hostLink(link, by);
  }

  /** Makes a link that leads to `target`, a path inside, unless something is there. */
  relativeLink(path: string, target: string, why: Reason): void {
    const at = this.#locate(path);
    const there = this.#inside.look(at);
    if (there !== "ENOENT") {
      if (typeof there !== "string" && there.target !== undefined && !this.#done.has(path)) {
        this.entries.push({
          path: at,
          kind: "link",
          target: there.target,
          bytes: 0,
          action: "unchanged",
          why: [why],
        });
      }
      return;
    }
    this.#link(at, relative(parentOf(at), this.#inside.walk(target).path), why);
  }

  /** Makes an empty directory, unless something is there. */
  emptyDirectory(path: string, mode: number, why: Reason): void {
    const there = this.#inside.walk(path).entry !== undefined;
    const at = this.#locate(path);
    if (!there) this.#mkdir(at, { mode, owner: undefined });
    const action = there ? "unchanged" : "created";
    this.entries.push({ path: at, kind: "directory", bytes: 0, action, why: [why] });
  }

  /** Writes a small file unless something is there; with `replace` only the same content is left alone. */
  text(path: string, content: string | Uint8Array, why: Reason, options: TextOptions = {}): void {
    const { replace = false, mode = CONFIG_MODE } = options;
    const at = this.#locate(path);
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const there = this.#inside.look(at) !== "ENOENT";
    const same = there && (!replace || Bun.deepEquals(this.read(at), bytes));
    const action = !there ? "created" : same ? "unchanged" : this.#noClobber ? "kept" : "replaced";
    if (action === "created" || action === "replaced") {
      this.#writer.put(this.#inside.prefix + at, action === "created", (temporary) => {
        writeFileSync(temporary, bytes, { flag: "wx" });
        chmodSync(temporary, mode);
      });
      this.#inside.put(at, { kind: "file" });
    }
    this.entries.push({ path: at, kind: "config", bytes: bytes.length, action, why: [why] });
  }

  /** The content of a regular file inside; `undefined` where there is none that can be read. */
  read(path: string): Uint8Array | undefined {
    const { path: at, entry } = this.#inside.walk(path);
    if (entry?.kind !== "file" || entry.stat === undefined) return undefined;
    try {
      return new Uint8Array(readFileSync(this.#inside.prefix + at));
    } catch (error) {
      throw failed(`Cannot read "${this.#inside.prefix}${at}"`, error);
    }
  }

  #hostLink(link: Link, by: string): void {
    if (this.#done.has(link.path)) return;
    this.#done.add(link.path);
    const at = this.#locate(link.path);
    const why = { by, name: link.path, rule: "link on the way" };
    const entry = this.#inside.look(at);
    if (typeof entry === "string") {
      if (entry !== "ENOENT") throw this.#refuse(at, entry);
      this.#link(at, link.target, why);
      return;
    }
    const action = entry.target === link.target ? "unchanged" : "kept";
    // What leads to other directories than on the host is the tree's own layout, and stays.
    if (action === "unchanged" || link.way || this.#noClobber) {
      const target = entry.target === undefined ? {} : { target: entry.target };
      this.entries.push({ path: at, kind: "link", ...target, bytes: 0, action, why: [why] });
    } else {
      this.#link(at, link.target, why, "replaced");
    }
  }

  #link(at: string, target: string, why: Reason, action: "created" | "replaced" = "created"): void {
    const path = this.#inside.prefix + at;
    const isSame = () => readlinkSync(path) === target;
    if (action === "created") this.#writer.create(path, () => symlinkSync(target, path), isSame);
    else this.#writer.put(path, false, (temporary) => symlinkSync(target, temporary));
    this.#inside.put(at, { kind: "link", target });
    this.entries.push({ path: at, kind: "link", target, bytes: 0, action, why: [why] });
  }

  #file({ path, stat, kind, why }: ManifestFile): void {
    if (this.#done.has(path)) return;
    this.#done.add(path);
    const at = this.#locate(path);
    const action = this.#actionFor(at, stat);
    if (action === "created" || action === "replaced") {
      const id = `${stat.dev}:${stat.ino}`;
      const twin = this.#hardlinks.get(id);
      this.#writer.put(this.#inside.prefix + at, action === "created", (temporary) => {
        if (twin !== undefined) linkSync(this.#inside.prefix + twin, temporary);
        else for (const loss of copyFile(path, stat, temporary)) this.losses[loss].push(path);
      });
      if (stat.nlink > 1n) this.#hardlinks.set(id, at);
      this.#inside.put(at, { kind: "file" });
    }
    this.entries.push({ path: at, kind, bytes: Number(stat.size), action, why });
  }

  #actionFor(at: string, stat: BigIntStats): Action {
    const entry = this.#inside.look(at);
    if (entry === "ENOENT") return "created";
    if (typeof entry === "string") throw this.#refuse(at, entry);
    if (entry.kind === "directory") throw this.#refuse(at, "EISDIR");
    if (this.#noClobber) return "kept";
    const there = entry.kind === "file" ? entry.stat : undefined;
    const same =
      there?.size === stat.size &&
      there.mtimeNs === stat.mtimeNs &&
      (isRoot()
        ? there.mode === stat.mode && there.uid === stat.uid && there.gid === stat.gid
        : (there.mode & ~SET_ID_BITS) === (stat.mode & ~SET_ID_BITS));
    return same ? "unchanged" : "replaced";
  }

  /** Where the tree's own layout leads `path` elsewhere than the host's does, a link mends that. */
  #reach(path: string, real: string): void {
    if (path === real) return;
    const target = this.#inside.walk(real).path;
    if (this.#inside.walk(path).path === target) return;
    const at = this.#locate(path);
    const entry = this.#inside.look(at);
    if (entry !== "ENOENT" && this.#noClobber) return;
    if (typeof entry === "object" && entry.kind === "directory") throw this.#refuse(at, "EISDIR");
    const why = { by: path, name: real, rule: "the tree has other directories than the host" };
    this.#link(at, relative(parentOf(at), target), why, entry === "ENOENT" ? "created" : "replaced");
  }

  /** Where `path` itself stands inside; the directories above it are made. */
  #locate(path: string): string {
    const directory = this.#directory(parentOf(path));
    return `${directory === "/" ? "" : directory}/${baseOf(path)}`;
  }

  /** The directory `path` inside, without links; made with the host's mode and owner where it is absent. */
  #directory(path: string): string {
    let inside = this.#directories.get(path);
    if (inside === undefined) {
      inside = this.#makeDirectory(path);
      this.#directories.set(path, inside);
    }
    return inside;
  }

  #makeDirectory(path: string): string {
    const walk = this.#inside.walk(path);
    if (walk.entry?.kind === "directory") return walk.path;
    if (walk.errno !== "ENOENT") throw this.#refuse(walk.path, walk.errno === "" ? "ENOTDIR" : walk.errno);
    const inside = walk.path === "/" ? "/" : this.#directory(parentOf(walk.path));
    const at = `${inside === "/" ? "" : inside}/${baseOf(walk.path)}`;
    const stat = this.#host.walk(path).entry?.stat;
    this.#mkdir(at, { mode: Number(stat?.mode ?? DIRECTORY_MODE) & PERMISSIONS, owner: stat });
    return at;
  }

  #mkdir(
    at: string,
    { mode, owner }: { readonly mode: number; readonly owner: BigIntStats | undefined },
  ): void {
    const open = mode | OWNER_MAY_ALL;
    const path = this.#inside.prefix + at;
    const make = () => {
      mkdirSync(path);
      if (owner !== undefined) giveAway(path, owner);
      chmodSync(path, open);
    };
    this.#writer.create(path, make, isDirectory);
    if (open !== mode) this.#writer.closeLater(path, mode);
    this.#inside.put(at, { kind: "directory" });
  }

  #refuse(at: string, errno: string): NsboxError {
    const path = this.#inside.prefix + at;
    return new NsboxError(`Cannot write "${path}"`, { cause: wordsFor(errno), errno });
  }
}
