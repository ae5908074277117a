/** Every file of packages: those that were named, and those that own the programs asked for. */
import { accessSync, constants } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import type { Collector } from "../collect/collector.ts";
import type { Reason } from "../collect/manifest.ts";
import { baseOf } from "../files/paths.ts";
import { openDatabase, type PackageDatabase } from "./database.ts";

/** Which packages, and what of them. */
export interface PackageOptions {
  /** By name, or by name and architecture. */
  readonly packages: readonly string[];
  /** Those that own the programs, and parts of these in packages of their own. */
  readonly withPackages: boolean;
  /** Leaves out what is only read by people. */
  readonly noDocs: boolean;
}

/** The copyright stays: many licences want that. */
const DOCS =
  /^(?!.*\/copyright$)\/usr(?:\/local)?\/share\/(?:doc|doc-base|man|info|gtk-doc|help|lintian|bug|reportbug|examples)(?:\/|$)/;
const COMMAND = /\/s?bin\/[^/]+$/;
const decoder = new TextDecoder();
const NO_PART = /-(?:dev|devel|doc|docs|dbg|dbgsym|debuginfo|man|examples)(?:[.:]|$)/;

/** Adds them. Throws NsboxError where a package is not installed, or there is no database. */
export async function addPackages(collector: Collector, options: PackageOptions): Promise<void> {
  const database = await openDatabase(collector.host);
  if (database === undefined) {
    throw new NsboxError("Cannot add packages", {
      cause: "no database of dpkg, apk, pacman or RPM is here",
      code: "not-found",
    });
  }
  const wanted = new Map(options.packages.map((name) => [idOf(database, name), `package ${name}`]));
  if (options.withPackages) {
    for (const [id, rule] of owners(collector, database)) if (!wanted.has(id)) wanted.set(id, rule);
  }
  const absent: string[] = [];
  const closed: string[] = [];
  for (const [id, rule] of wanted) {
    for (const path of database.filesOf(id)) {
      if (path === "/" || (options.noDocs && DOCS.test(path))) continue;
      const why = { by: "", name: id, rule };
      const { entry, path: real } = collector.host.walk(path);
      if (entry === undefined) absent.push(path);
      if (entry?.kind === "file" && !isReadable(collector.host.onDisk(real))) closed.push(path);
      else addOne(collector, path, why);
    }
  }
  for (const [paths, what] of [
    [absent, "not on this system, though packages list it"],
    [closed, "left out of packages, since only root may read it"],
  ] as const) {
    const more = paths.length > 1 ? ` and ${paths.length - 1} more` : "";
    if (paths[0] !== undefined) collector.note(`${what}: "${paths[0]}"${more}`);
  }
}

/** A script that is a command brings its interpreter; those that are samples and hooks do not. */
function addOne(collector: Collector, path: string, why: Reason): void {
  const isScript = COMMAND.test(path) && decoder.decode(collector.host.read(path, 2)) === "#!";
  if (isScript) {
    try {
      collector.program(path, why);
      return;
    } catch (error) {
      if (!(error instanceof NsboxError)) throw error;
      collector.note(`"${path}" of a package lacks what it needs: ${error.details.cause ?? error.message}`);
    }
  }
  collector.file(path, why, { optional: true });
}

/** What an ordinary user may not read is left out, rather than that nothing is made at all. */
function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function idOf(database: PackageDatabase, name: string): string {
  const id = database.find(name);
  if (id !== undefined) return id;
  const close = database.ids.filter((other) => name.length > 2 && other.startsWith(name)).slice(0, 5);
  throw new NsboxError(`Cannot add the package "${name}"`, {
    cause: "it is not installed",
    code: "not-found",
    ...(close.length === 0 ? {} : { hint: `installed are ${close.join(", ")}` }),
  });
}

/** The packages of the programs, and what these depend on and was built from the same source. */
function owners(collector: Collector, database: PackageDatabase): Map<string, string> {
  const found = new Map<string, string>();
  for (const { argument, real, kind, interpreters } of collector.programs) {
    const others = kind === "script" ? interpreters.map((path) => collector.host.walk(path).path) : [];
    for (const path of [real, ...others]) {
      const owner = database.ownerOf(path);
      if (owner === undefined) {
        collector.note(`no package owns "${path}"`);
        continue;
      }
      if (!found.has(owner)) found.set(owner, `package of ${argument}`);
      addParts(database, found, owner);
      // A smaller package may have the program, and one by its name the rest: python3.11-minimal, python3.11.
      const whole = database.find(baseOf(path));
      if (whole === undefined || !isSameSource(database, whole, owner)) continue;
      if (!found.has(whole)) found.set(whole, `package of ${argument}`);
      addParts(database, found, whole);
    }
  }
  return found;
}

function addParts(database: PackageDatabase, found: Map<string, string>, owner: string): void {
  for (const queue = [owner]; queue.length > 0; ) {
    const id = queue.pop();
    if (id === undefined) break;
    for (const other of database.dependenciesOf(id)) {
      if (found.has(other) || NO_PART.test(other) || !isSameSource(database, other, owner)) continue;
      found.set(other, `part of ${owner}`);
      queue.push(other);
    }
  }
}

const isSameSource = (database: PackageDatabase, one: string, other: string): boolean =>
  database.about(one)?.source === database.about(other)?.source;
