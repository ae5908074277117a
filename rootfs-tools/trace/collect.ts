/** A trace as part of a tree: every path that was used, with the links on its way, but what policy withholds. */
import { NsboxError } from "../../src/util/errors.ts";
import type { Collector } from "../collect/collector.ts";
import type { Reason } from "../collect/manifest.ts";
import { baseOf, isSocket, parentOf, type Walk } from "../files/paths.ts";
import { isPrivate, Patterns, placeOf, WITHHELD, type Withheld } from "./policy.ts";
import { type Trace, type TraceWay, WAYS } from "./trace.ts";

/** What may be taken all the same. */
export interface TraceOptions {
  /** Glob patterns of paths; what is below a directory that matches is meant as well. */
  readonly allow?: readonly string[];
}

/** What was used and is not in the tree: the paths of each reason. */
export type TraceReport = ReadonlyMap<Withheld, readonly string[]>;

const LIBRARY = /\.so(?:\.[\w.]+)?$/;
const CACHE = "ld.so.cache";

/** How many paths a note names. */
const NAMED = 5;

/**
 * Adds what `trace` holds and the host still has. Executed files come with their interpreters, loaders and
 * libraries; of a directory nothing that was not used. What is withheld is told in notes, and returned.
 */
export function addTrace(collector: Collector, trace: Trace, options: TraceOptions = {}): TraceReport {
  const adding = new Adding(collector, new Patterns(options.allow ?? []));
  const paths = [...trace.paths].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [path, ways] of paths) adding.add(path, ways);
  adding.tell();
  return adding.withheld;
}

class Adding {
  readonly #collector: Collector;
  readonly #allowed: Patterns;
  readonly withheld = new Map<Withheld, string[]>();
  readonly #noted = new Map<Withheld, string[]>();

  constructor(collector: Collector, allowed: Patterns) {
    this.#collector = collector;
    this.#allowed = allowed;
  }

  add(path: string, ways: ReadonlySet<TraceWay>): void {
    // That of the host names what the tree lacks: it gets one of its own, if it needs one.
    if (baseOf(path) === CACHE) return;
    const walk = this.#collector.host.walk(path);
    const uses = WAYS.filter((way) => ways.has(way)).join(", ");
    const why: Reason = { by: "", name: path, rule: `trace: ${uses}` };
    const reason = this.#refusal(path, walk, ways);
    if (reason !== undefined) {
      this.#withhold(reason, path, isWorthNoting(path, walk, ways));
      // Where it was written the program wants to write again.
      if (reason === "written" || reason === "made") this.#directoryOf(walk, why);
      this.#linksTo(walk, why);
    }
    const { entry } = walk;
    if (entry === undefined) return;
    const isProgram = ways.has("exec") && entry.kind === "file";
    try {
      // The kernel itself opens interpreters and loaders: nothing else tells of them.
      if (reason === undefined) {
        if (isProgram) this.#collector.program(path, why);
        else if (entry.kind === "file" && LIBRARY.test(path)) this.#library(path, why);
        else this.#collector.file(path, why, { optional: true });
      } else if (isProgram) this.#collector.needsOf(path);
    } catch (error) {
      if (!(error instanceof NsboxError)) throw error;
      const { cause = "" } = error.details;
      this.#collector.note(`${error.message}, which the traced command used${cause && `: ${cause}`}`);
    }
  }

  #library(path: string, why: Reason): void {
    this.#collector.file(path, why, { optional: true, kind: "library" });
    this.#collector.opened(path);
  }

  #refusal(
    path: string,
    { path: real, entry, links }: Walk,
    ways: ReadonlySet<TraceWay>,
  ): Withheld | undefined {
    if (this.#allowed.match(path) || this.#allowed.match(real)) return undefined;
    const places = [path, real, ...links.map((link) => link.path)].map(placeOf);
    const place = places.find((found) => found !== undefined);
    if (place === "kernel") return place;
    const isDirectory = entry?.kind === "directory";
    if (ways.has("write") && !isDirectory) return entry === undefined ? "made" : "written";
    if (ways.has("connect") || (entry !== undefined && isSocket(entry))) return "socket";
    if (place !== undefined) return entry === undefined ? undefined : place;
    return entry !== undefined && isPrivate(entry) ? "private" : undefined;
  }

  #withhold(why: Withheld, path: string, isNoted: boolean): void {
    for (const lists of isNoted ? [this.withheld, this.#noted] : [this.withheld]) {
      const paths = lists.get(why);
      if (paths === undefined) lists.set(why, [path]);
      else paths.push(path);
    }
  }

  #directoryOf({ path }: Walk, why: Reason): void {
    const directory = parentOf(path);
    const { entry, path: real } = this.#collector.host.walk(directory);
    if (entry?.kind !== "directory" || placeOf(real) !== undefined) return;
    this.#collector.file(directory, why, { optional: true });
  }

  /** Links that lead to what is withheld are kept: it may be there when the tree runs. */
  #linksTo({ links }: Walk, why: Reason): void {
    for (const { path, target } of links) {
      if (placeOf(path) !== undefined) return;
      this.#collector.link(path, target, why);
    }
  }

  tell(): void {
    for (const why of Object.keys(WITHHELD) as Withheld[]) {
      const paths = this.#noted.get(why);
      if (paths === undefined) continue;
      const named = COUNTED.has(why) ? [] : paths.slice(0, NAMED).map((path) => `"${path}"`);
      const more = paths.length - named.length;
      const rest =
        more === 0 ? [] : [named.length > 0 ? `${more} more` : more === 1 ? "1 path" : `${more} paths`];
      const hint = LOST.has(why) ? "" : " (--trace-allow takes what matches it)";
      this.#collector.note(`left out, ${WITHHELD[why]}: ${[...named, ...rest].join(", ")}${hint}`);
    }
  }
}

/** A number is enough for these. */
const COUNTED: ReadonlySet<Withheld> = new Set<Withheld>(["kernel"]);
/** These cannot be had. */
const LOST: ReadonlySet<Withheld> = new Set<Withheld>(["kernel", "made", "socket"]);

/** Temporary files of the command's are nobody's matter, nor is a directory that was only looked at. */
function isWorthNoting(path: string, { entry }: Walk, ways: ReadonlySet<TraceWay>): boolean {
  if (entry === undefined && placeOf(path) === "temporary") return false;
  return entry?.kind !== "directory" || ways.has("list");
}
