/**
 * Where everything stands in the tree. Every path is resolved inside it, as after a chroot(2), so that links
 * which are already there lead nowhere else. Nothing is written: the outcome is a list of nodes.
 */
import { readFileSync } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import type { Item, Kind, Made, Manifest, Reason } from "../collect/manifest.ts";
import { failed, wordsFor } from "../files/failure.ts";
import { baseOf, type Entry, type Link, parentOf, type Root, relative, type Walk } from "../files/paths.ts";
import type { Host } from "../load/host.ts";
import { type Draft, finish, type LaidNode } from "./finish.ts";
import type { Action } from "./node.ts";
import { type OwnerOptions, Ownership } from "./ownership.ts";
import { isSame, thingOf } from "./thing.ts";

/** How a tree is laid out. */
export interface LayoutOptions extends OwnerOptions {
  /** What the target has already; `Root.nothing()` for archives. */
  readonly inside: Root;
  /** Where things come from. */
  readonly host: Host;
  /** What is there stays, whatever it is. */
  readonly noClobber?: boolean;
  /** No file is newer: SOURCE_DATE_EPOCH, in seconds. */
  readonly epoch?: number;
}

const DIRECTORY_MODE = 0o755;
const LINK_MODE = 0o777;

/** A root filesystem being laid out. */
export class Layout {
  /** What is laid out by now, by where it stands: each path once. */
  readonly #placed = new Map<string, Draft>();
  readonly #inside: Root;
  readonly #host: Host;
  readonly #noClobber: boolean;
  readonly #epoch: number | undefined;
  readonly #owners: Ownership;
  readonly #done = new Set<string>();
  /** Where directories are inside, by their paths in the other system: links to directories are never replaced. */
  readonly #directories = new Map<string, string>();

  constructor({ inside, host, noClobber = false, epoch, ...owners }: LayoutOptions) {
    this.#inside = inside;
    this.#host = host;
    this.#noClobber = noClobber;
    this.#epoch = epoch;
    this.#owners = new Ownership(owners);
    if (typeof inside.look("/") === "string") this.#mkdir("/", DIRECTORY_MODE, undefined, []);
  }

  /** Adds everything in `manifest`, each by every path that leads to it. */
  add(manifest: Manifest): void {
    for (const [path, walk] of manifest.wanted) {
      for (const link of walk.links) this.#hostLink(link, path);
      for (const directory of walk.passed) this.#directory(directory);
      const item = manifest.items.get(walk.path);
      if (item === undefined) continue;
      this.#item(item);
      this.#reach(path, walk.path);
    }
  }

  /** What is laid out by now. */
  get drafts(): readonly Draft[] {
    return [...this.#placed.values()];
  }

  /** What the target has, and what was put above it. */
  get inside(): Root {
    return this.#inside;
  }

  /** What `path` leads to, looked up as inside. */
  walk(path: string): Walk {
    return this.#inside.walk(path);
  }

  /** The content of a regular file that the target has; `undefined` where there is none that can be read. */
  read(path: string): Uint8Array | undefined {
    const { path: at, entry } = this.#inside.walk(path);
    if (entry?.kind !== "file" || entry.stat === undefined) return undefined;
    try {
      return new Uint8Array(readFileSync(this.#inside.prefix + at));
    } catch (error) {
      throw failed(`Cannot read "${this.#inside.prefix}${at}"`, error);
    }
  }

  /** Adds something that is made, unless something is there; with `replace` only the same is left alone. */
  make(path: string, made: Made, kind: Kind, why: readonly Reason[]): void {
    if (made.type === "directory") {
      const there = this.#inside.walk(path).entry !== undefined;
      const at = this.#locate(path);
      const placed = this.#placed.get(at);
      if (placed !== undefined) placed.why = placed.why.length > 0 ? placed.why : why;
      else if (there)
        this.#push({ path: at, type: "directory", mode: made.mode, kind, why, action: "unchanged" });
      else this.#mkdir(at, made.mode, undefined, why);
      return;
    }
    const at = this.#locate(path);
    const placed = this.#placed.get(at);
    if (placed !== undefined && made.replace !== true) return;
    const there = this.#inside.look(at);
    if (made.type === "link" && typeof there === "object" && there.target === undefined) return;
    const size = made.content?.length ?? 0;
    const thing = { ...made, size, uid: this.#owners.made, gid: this.#owners.madeGroup };
    this.#push({ ...thing, path: at, kind, why, action: this.#madeAction(at, there, made) });
    if (there === "ENOENT") this.#inside.put(at, entryOf(made));
  }

  /** Makes a link that leads to `target`, a path inside, unless something is there. */
  relativeLink(path: string, target: string, why: Reason): void {
    const at = this.#locate(path);
    const to = relative(parentOf(at), this.#inside.walk(target).path);
    if (!this.#done.has(path)) this.make(path, { type: "link", mode: LINK_MODE, target: to }, "link", [why]);
  }

  /** Puts the links there by which the other system's `path` leads where it does. */
  links(path: string): void {
    for (const link of this.#host.walk(path).links) this.#hostLink(link, path);
  }

  /** Everything, sorted, parents first. */
  finish(): LaidNode[] {
    return finish(this.drafts, this.#epoch);
  }

  /** The last one at a path counts; the target has none of them where the first was created. */
  #push(parts: Omit<Draft, "uid" | "gid" | "size"> & Partial<Draft>): void {
    const action = this.#placed.get(parts.path)?.action === "created" ? "created" : parts.action;
    const made = { uid: this.#owners.made, gid: this.#owners.madeGroup, size: 0 };
    this.#placed.set(parts.path, { ...made, ...parts, action });
  }

  #madeAction(at: string, there: Entry | string, { type, content, replace = false }: Made): Action {
    if (there === "ENOENT") return "created";
    if (typeof there === "string") throw this.#refuse(at, there);
    if (!replace || type !== "file" || Bun.deepEquals(this.read(at), content)) return "unchanged";
    return this.#noClobber ? "kept" : "replaced";
  }

  #item({ path, kind, why, source, made }: Item): void {
    if (this.#done.has(path)) return;
    this.#done.add(path);
    if (made !== undefined) this.make(path, made, kind, why);
    if (source === undefined) return;
    const { stat } = source;
    if (stat.isDirectory()) {
      const at = this.#directory(path);
      const placed = this.#placed.get(at);
      if (placed !== undefined) placed.why = why;
      else this.#push({ path: at, type: "directory", mode: DIRECTORY_MODE, kind, why, action: "unchanged" });
      return;
    }
    const at = this.#locate(path);
    const thing = thingOf(source.path, stat, this.#owners.of(stat), this.#epoch);
    const action = this.#actionFor(at, thing);
    this.#push({ ...thing, path: at, kind, why, action });
    if (action === "created" || action === "replaced")
      this.#inside.put(at, { kind: thing.type === "file" ? "file" : "other" });
  }

  #actionFor(at: string, thing: ReturnType<typeof thingOf>): Action {
    const there = this.#inside.look(at);
    if (there === "ENOENT") return "created";
    if (typeof there === "string") throw this.#refuse(at, there);
    if (there.kind === "directory") throw this.#refuse(at, "EISDIR");
    if (this.#noClobber) return "kept";
    return isSame(this.#inside.prefix + at, there, thing) ? "unchanged" : "replaced";
  }

  #hostLink(link: Link, by: string): void {
    if (this.#done.has(link.path)) return;
    this.#done.add(link.path);
    const at = this.#locate(link.path);
    const why = { by, name: link.path, rule: "link on the way" };
    const there = this.#inside.look(at);
    if (typeof there === "string") {
      if (there !== "ENOENT") throw this.#refuse(at, there);
      this.#link(at, link.target, why, "created");
      return;
    }
    const action = there.target === link.target ? "unchanged" : "kept";
    // What leads to other directories than on the host is the tree's own layout, and stays.
    if (action === "unchanged" || link.way || this.#noClobber) {
      const target = there.target === undefined ? {} : { target: there.target };
      this.#push({ path: at, type: "link", kind: "link", mode: LINK_MODE, ...target, action, why: [why] });
    } else this.#link(at, link.target, why, "replaced");
  }

  #link(at: string, target: string, why: Reason, action: Action): void {
    this.#inside.put(at, { kind: "link", target });
    this.#push({ path: at, type: "link", kind: "link", mode: LINK_MODE, target, action, why: [why] });
  }

  /** Where the tree's own layout leads `path` elsewhere than the host's does, a link mends that. */
  #reach(path: string, real: string): void {
    if (path === real) return;
    const target = this.#inside.walk(real).path;
    if (this.#inside.walk(path).path === target) return;
    const at = this.#locate(path);
    const there = this.#inside.look(at);
    if (there !== "ENOENT" && this.#noClobber) return;
    if (typeof there === "object" && there.kind === "directory") throw this.#refuse(at, "EISDIR");
    const why = { by: path, name: real, rule: "the tree has other directories than the host" };
    this.#link(at, relative(parentOf(at), target), why, there === "ENOENT" ? "created" : "replaced");
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
    // A link in the target that leads up from a directory which is not there: so it ends for the kernel, too.
    if (baseOf(walk.path) === "..") throw this.#refuse(path, "ENOENT");
    const inside = walk.path === "/" ? "/" : this.#directory(parentOf(walk.path));
    const at = `${inside === "/" ? "" : inside}/${baseOf(walk.path)}`;
    const { entry, path: real } = this.#host.walk(path);
    if (entry?.kind === "directory" && entry.stat !== undefined) {
      const { type: _, ...thing } = thingOf(this.#host.onDisk(real), entry.stat, this.#owners.of(entry.stat));
      this.#mkdir(at, thing.mode, thing, []);
    } else this.#mkdir(at, DIRECTORY_MODE, undefined, []);
    return at;
  }

  #mkdir(at: string, mode: number, copied: Partial<Draft> | undefined, why: readonly Reason[]): void {
    const { content: _, mtimeNs: __, ...rest } = copied ?? {};
    const draft = { ...rest, path: at, mode, kind: "directory", why, action: "created" } as const;
    this.#push({ ...draft, type: "directory", size: 0 });
    this.#inside.put(at, { kind: "directory" });
  }

  #refuse(at: string, errno: string): NsboxError {
    const path = this.#inside.prefix + at;
    return new NsboxError(`Cannot write "${path}"`, { cause: wordsFor(errno), errno });
  }
}

const entryOf = ({ type, target }: Made): Entry => ({
  kind: type === "file" || type === "link" ? type : "other",
  ...(target === undefined ? {} : { target }),
});
