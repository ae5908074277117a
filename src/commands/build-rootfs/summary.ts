/** What build-rootfs prints when it is done: for people, and as JSON. */
import type { BuildResult } from "../../../rootfs-tools/build.ts";
import type { Program } from "../../../rootfs-tools/collect/program-info.ts";
import { countOf as count, bytes as size } from "../../cli/units.ts";
import { sanitize, sanitizeJson } from "../../util/sanitize.ts";

/** How it was done. */
export interface Done {
  readonly dryRun: boolean;
  readonly milliseconds: number;
}

const LOADED: ReadonlySet<string> = new Set(["program", "interpreter", "library"]);

/** More programs than these are only counted. */
const MOST_LISTED = 24;

/** What the files and links come to. */
function totals({ nodes, programs }: BuildResult) {
  const files = nodes.filter(
    ({ type, twin }) => type !== "link" && type !== "directory" && twin === undefined,
  );
  const written = files.filter(({ action }) => action === "created" || action === "replaced");
  const sum = (of: typeof files) => of.reduce((total, node) => total + node.size, 0);
  const users = new Map<string, number>();
  for (const { libraries } of programs) {
    for (const { real } of libraries) users.set(real, (users.get(real) ?? 0) + 1);
  }
  return {
    // What a trace saw being executed counts too.
    programs: Math.max(programs.length, files.filter(({ kind }) => kind === "program").length),
    libraries: files.filter(({ kind }) => kind === "library").length,
    /** Libraries that several programs use. */
    shared: [...users.values()].filter((count) => count > 1).length,
    files: files.length,
    /** Data, configuration and the like. */
    others: files.filter(({ kind }) => !LOADED.has(kind)).length,
    links: nodes.filter(({ type }) => type === "link").length,
    bytes: sum(files),
    written: written.length,
    bytesWritten: sum(written),
  };
}

/** Everything, with the reason of each file. */
export function asJson(result: BuildResult, { dryRun, milliseconds }: Done): string {
  const { target: directory, programs, notes, nodes } = result;
  const files = nodes
    .filter(({ why }) => why.length > 0)
    .map(({ path, kind, target, size: bytes, action, why }) => ({ path, kind, target, bytes, action, why }));
  const all = { directory, dryRun, programs, files, notes, totals: { ...totals(result), milliseconds } };
  return sanitizeJson(JSON.stringify(all, undefined, 2));
}

/** A line for each program, and what all of it comes to. */
export function asText(result: BuildResult, { dryRun, milliseconds }: Done): string {
  const { programs, libraries, shared, others, files, bytes, written, bytesWritten } = totals(result);
  const lines = result.programs.length > MOST_LISTED ? [] : result.programs.map(describe);
  if (dryRun) {
    for (const { path, type, target, action, why } of result.nodes) {
      if (type === "directory" && why.length === 0) continue;
      lines.push(`${action.padEnd(9)} ${path}${target === undefined ? "" : ` -> ${target}`}`);
    }
  }
  const used = shared === 0 ? "" : ` (${shared} used by several)`;
  const parts = [count(programs, "program"), `${count(libraries, "library", "libraries")}${used}`];
  if (others > 0) parts.push(count(others, "other file"));
  lines.push(parts.join(", "));
  const done = `${dryRun ? "would write" : "wrote"} ${written} (${size(bytesWritten)})`;
  lines.push(
    `${result.target}: ${count(files, "file")}, ${size(bytes)}; ${done} in ${Math.round(milliseconds)} ms`,
  );
  return lines.map(sanitize).join("\n");
}

function describe({ path, kind, interpreters, libraries }: Program): string {
  const needs = [
    ...interpreters,
    ...(libraries.length > 0 ? [count(libraries.length, "library", "libraries")] : []),
  ];
  const what = kind === "dynamic" ? "" : kind === "library" ? "shared object" : kind;
  return `${path}: ${[what, ...needs].filter((part) => part !== "").join(", ")}`;
}
