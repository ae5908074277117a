/** Writes a laid out tree as a directory: all of it, or nothing. */
import { chmodSync, linkSync, lstatSync, mkdirSync } from "node:fs";
import { failed } from "../files/failure.ts";
import { baseOf, parentOf } from "../files/paths.ts";
import type { LaidNode } from "../layout/finish.ts";
import { furnish, type Loss, makeFileBeside, makeNode } from "./copy.ts";
import type { Change } from "./moves.ts";
import { Stage } from "./stage.ts";
import { atOnce, type Part, type Steps } from "./steps.ts";

/** What is told and asked while a directory is written. */
export interface DirectoryOptions {
  /** Called with the bytes that will be written; what it returns is told of each part that is. */
  readonly progress?: (total: number) => (bytes: number) => void;
  /** Looks at the finished tree by its path on disk; what it throws undoes everything. */
  readonly verify?: (directory: string) => void;
}

/** Nodes of which something could not be kept, by their paths. */
export type Losses = Readonly<Record<Loss, string[]>>;

const OWNER_MAY_ALL = 0o700;
/** So many bytes are worth doing several things at once, with files that are large. */
const MUCH = 2 ** 26;
const LARGE = 2 ** 18;

/** Makes all `nodes` that are to be made below `directory`, absolute and without links. Throws NsboxError. */
export const writeDirectory = (
  nodes: readonly LaidNode[],
  directory: string,
  options: DirectoryOptions = {},
): Losses => atOnce(directorySteps(nodes, directory, options));

/** The same in steps; none of it is there when it is ended between them. */
export function* directorySteps(
  nodes: readonly LaidNode[],
  directory: string,
  options: DirectoryOptions,
): Steps<Losses> {
  const losses: Losses = { owner: [], setId: [], attributes: [], device: [] };
  const changed = nodes.filter(({ action }) => action === "created" || action === "replaced");
  if (changed.length === 0) {
    options.verify?.(directory);
    return losses;
  }
  const isNew = changed[0]?.path === "/";
  const base = isNew ? existingAbove(directory) : directory;
  const stage = Stage.in(base, directory);
  try {
    const staging = new Staging(stage.path, { directory, base, losses });
    if (isNew) staging.ancestors();
    const total = changed.reduce((bytes, { size }) => bytes + size, 0);
    const told = options.progress?.(total);
    for (const node of changed) {
      if (node.twin === undefined) yield staging.make(node, total >= MUCH, told);
    }
    yield "settled";
    for (const node of changed) if (node.twin !== undefined) staging.link(node, node.twin);
    staging.closeDirectories();
    // A new tree is looked at before anybody sees it.
    if (isNew) options.verify?.(staging.root);
    yield undefined;
    stage.commit(staging.changes);
    staging.closeLate();
    if (!isNew) options.verify?.(directory);
  } catch (error) {
    yield "settled";
    stage.undo();
    throw error;
  } finally {
    stage.end();
  }
  return losses;
}

/** The nearest directory above `path` that is there. */
function existingAbove(path: string): string {
  let above = parentOf(path);
  while (lstatSync(above, { throwIfNoEntry: false }) === undefined) above = parentOf(above);
  return above;
}

/** A tree, or the parts of one that are new, on the way to its place. */
class Staging {
  readonly changes: Change[] = [];
  readonly #stage: string;
  readonly #directory: string;
  readonly #base: string;
  readonly #losses: Losses;
  /** Files that move by themselves, by their paths inside. */
  readonly #alone = new Map<string, string>();
  /** Where directories are made, by their paths inside. */
  readonly #staged = new Map<string, string>();
  readonly #directories: (readonly [path: string, node: LaidNode])[] = [];
  /** Directories without a w bit cannot be moved by an ordinary user: they get their modes at the end. */
  readonly #late: (readonly [path: string, mode: number])[] = [];

  constructor(
    stage: string,
    { directory, base, losses }: { directory: string; base: string; losses: Losses },
  ) {
    this.#stage = stage;
    this.#directory = directory;
    this.#base = base;
    this.#losses = losses;
  }

  /** Where a new tree stands until it is moved. */
  get root(): string {
    return this.#staged.get("/") ?? this.#directory;
  }

  /** Makes the absent directories above a new tree. */
  ancestors(): void {
    const names = this.#directory.slice(this.#base === "/" ? 1 : this.#base.length + 1).split("/");
    this.changes.push({ name: "0", path: `/${names[0]}`, replaces: false });
    let path = `${this.#stage}/0`;
    for (const name of names.slice(1)) {
      mkdirSync(path);
      path = `${path}/${name}`;
    }
    this.#staged.set("/", path);
  }

  /** Makes what has no other name before. Where much is to be done, it hands back the making of a large file. */
  make(node: LaidNode, isMuch: boolean, told: ((bytes: number) => void) | undefined): Part | undefined {
    const place = this.#placeFor(node);
    const end = (losses: readonly Loss[]) => {
      this.#note(node, losses);
      told?.(node.size);
    };
    const now = () => {
      try {
        if (node.type === "directory") this.#makeDirectory(node, place);
        else end(makeNode(node, place));
      } catch (error) {
        throw this.#failed(node, error);
      }
    };
    const beside = async () => {
      try {
        end(await makeFileBeside(node, place));
      } catch (error) {
        throw this.#failed(node, error);
      }
    };
    if (isMuch && node.size >= LARGE && typeof node.content === "string") return { now, beside };
    now();
    return undefined;
  }

  /** Makes another name of the file `twin`. */
  link(node: LaidNode, twin: string): void {
    const place = this.#placeFor(node);
    try {
      linkSync(this.#onDisk(twin), place);
    } catch (error) {
      throw this.#failed(node, error);
    }
  }

  #failed({ path, content }: LaidNode, error: unknown): Error {
    const from = typeof content === "string" ? ` from "${content}"` : "";
    return failed(`Cannot write "${this.#directory}${path}"${from}`, error);
  }

  #note({ path }: LaidNode, losses: readonly Loss[]): void {
    for (const loss of losses) this.#losses[loss].push(path);
    // What could not be made does not move.
    if (losses.includes("device") && this.#alone.delete(path)) this.changes.pop();
  }

  /** Gives directories what would have been in the way, or changed, while they were filled. */
  closeDirectories(): void {
    for (const [path, node] of this.#directories.toReversed()) {
      const moves = parentOf(path) === this.#stage && (node.mode & 0o200) === 0;
      const mode = moves ? node.mode | OWNER_MAY_ALL : node.mode;
      if (moves) this.#late.push([node.path, node.mode]);
      this.#note(node, furnish(node, path, mode));
    }
  }

  /** The same for those that had to be moved first. */
  closeLate(): void {
    for (const [path, mode] of this.#late) chmodSync(this.#directory + (path === "/" ? "" : path), mode);
  }

  #makeDirectory(node: LaidNode, place: string): void {
    mkdirSync(place, OWNER_MAY_ALL);
    this.#staged.set(node.path, place);
    this.#directories.push([place, node]);
  }

  /** Inside a new directory, or in the stage by itself. */
  #placeFor({ path, action }: LaidNode): string {
    if (path === "/") return this.root;
    const parent = this.#staged.get(parentOf(path));
    if (parent !== undefined) return `${parent}/${baseOf(path)}`;
    const name = String(this.changes.length);
    this.changes.push({ name, path, replaces: action === "replaced" });
    const place = `${this.#stage}/${name}`;
    this.#alone.set(path, place);
    return place;
  }

  /** Where the file `path` is now. */
  #onDisk(path: string): string {
    const alone = this.#alone.get(path);
    if (alone !== undefined) return alone;
    const parent = this.#staged.get(parentOf(path));
    return parent === undefined ? this.#directory + path : `${parent}/${baseOf(path)}`;
  }
}
