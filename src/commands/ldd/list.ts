/** What is loaded in the form of ldd(1): a line for each object, in the loader's order, without addresses. */
import type { Missing } from "../../../rootfs-tools/load/load.ts";
import { missingOf, type Resolution } from "../../../rootfs-tools/prove/resolution.ts";

const NOT_FOUND = "not found";

/** The lines for one file. */
export function listLines(resolution: Resolution): string[] {
  const lines: string[] = [];
  for (const { path, rule, absent } of resolution.interpreters) {
    if (rule !== "PT_INTERP") lines.push(`\t${rule === "env(1)" ? rule : "#!"} => ${path}`);
    else if (absent) lines.push(`\t${path} => ${NOT_FOUND}`);
  }
  for (const { listed, interpreter } of resolution.loadings) {
    for (const { name, object } of listed) {
      const path = object?.path ?? NOT_FOUND;
      const isPath = object !== undefined && (name.includes("/") || object === interpreter);
      lines.push(isPath ? `\t${path}` : `\t${name} => ${path}`);
    }
  }
  return lines.length > 0 ? lines : ["\tstatically linked"];
}

/** The lines for what is missing, and with `verbose` where it was looked for. */
export function missingLines(resolution: Resolution, verbose: boolean): string[] {
  const lines = resolution.interpreters
    .filter(({ absent }) => absent)
    .map(({ path, by }) => `\t${path} => ${NOT_FOUND}, interpreter of ${by}`);
  for (const missing of missingOf(resolution)) {
    lines.push(`\t${missing.name} => ${NOT_FOUND}, needed by ${missing.by.path}`);
    if (verbose) lines.push(...placeLines(missing));
  }
  return lines;
}

/** Where a library was looked for. */
export const placeLines = ({ tried }: Missing): string[] => [
  ...new Set(tried.map(({ path, rule }) => `\t\t${path} (${rule})`)),
];
