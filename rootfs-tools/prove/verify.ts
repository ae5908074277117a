/**
 * Whether a finished tree holds: everything is resolved once more with the tree as the root, and nothing but
 * what is in it. Reads only; runs nothing. A hostile tree leads nowhere outside, and never blocks.
 */
import { readProgram, STANDARD_PATH } from "../collect/program.ts";
import { Host } from "../load/host.ts";
import type { Loaded } from "../load/loader.ts";
import { LoaderSet } from "../load/loader-set.ts";
import { checkSysroot } from "../load/sysroot.ts";
import { type Finding, findingOf } from "./finding.ts";
import { missingOf, type Resolution, type ResolutionSearch, resolveFile } from "./resolution.ts";
import { linkFinding } from "./verify-links.ts";
import { scan } from "./verify-scan.ts";

/** What is known of a tree. */
export interface VerifyOptions {
  /** The system that the tree was copied from: what it has read at the same path, of the same size and time, counts. */
  readonly like?: Host;
  /** Where scripts' interpreters are looked for that they name without a path, as in PATH. */
  readonly searchPath?: string;
}

/**
 * What is broken in the tree at `directory`. With `programs`, paths inside the tree, only what these need;
 * without it every link, every program and library, and every script that may be executed. Throws
 * NsboxError where `directory` is none.
 */
export function verifyTree(
  directory: string,
  programs?: readonly string[],
  { like, searchPath = STANDARD_PATH }: VerifyOptions = {},
): Finding[] {
  const host = new Host(checkSysroot(directory, "root filesystem"), like);
  const search = { host, loaders: new LoaderSet(host), searchPath };
  return programs === undefined ? verifyAll(search) : programs.flatMap((path) => verifyFile(path, search));
}

function verifyAll(search: ResolutionSearch): Finding[] {
  const { links, objects, names, findings } = scan(search.host);
  for (const path of links) {
    const finding = linkFinding(path, search.host);
    if (finding !== undefined) findings.push(finding);
  }
  const isElsewhere = (name: string): boolean => names.has(name.slice(name.lastIndexOf("/") + 1));
  for (const path of objects) findings.push(...verifyFile(path, search, isElsewhere));
  return findings.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/**
 * What is broken of one file. A library may well need others that only the program which loads it knows
 * where to find: those that are `elsewhere` in the tree are not missing.
 */
function verifyFile(
  path: string,
  search: ResolutionSearch,
  isElsewhere?: (name: string) => boolean,
): Finding[] {
  try {
    const file = readProgram(search.host.absolute(path), search.host, "object");
    const resolution = resolveFile(path, file, search);
    const isProgram = isElsewhere === undefined || resolution.kind === "dynamic";
    return [
      ...absentInterpreters(path, resolution, isProgram),
      ...missing(resolution, isProgram ? undefined : isElsewhere),
    ];
  } catch (error) {
    const finding = findingOf(path, error);
    return isElsewhere === undefined || finding.problem !== "no-program" ? [finding] : [];
  }
}

function absentInterpreters(path: string, { interpreters }: Resolution, isProgram: boolean): Finding[] {
  // A library that nothing here can load harms nobody.
  const absent = isProgram ? interpreters.filter(({ absent }) => absent) : [];
  return absent.map(({ path: what, by }) => ({
    path,
    problem: "missing-interpreter",
    what,
    why: by === path ? "no such file in the tree" : `"${by}" names it, and there is no such file in the tree`,
  }));
}

function missing(resolution: Resolution, isElsewhere: ((name: string) => boolean) | undefined): Finding[] {
  const { path, interpreters } = resolution;
  if (interpreters.some(({ absent }) => absent)) return [];
  return missingOf(resolution)
    .filter(({ name }) => isElsewhere?.(name) !== true)
    .map(({ name, by, tried }) => ({
      path,
      problem: "missing-library",
      what: name,
      why: `${neededBy(by, path)}${looked(tried)}`,
    }));
}

const neededBy = ({ path: by }: Loaded, path: string): string => (by === path ? "" : `needed by "${by}"; `);

function looked(tried: Resolution["loadings"][number]["missing"][number]["tried"]): string {
  const places = [...new Set(tried.map(({ path, rule }) => `"${path}" (${rule})`))];
  return places.length === 0 ? "no place to look in" : `looked in ${places.join(", ")}`;
}
