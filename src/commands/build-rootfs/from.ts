/** `--from FILE`: a tree's options as TOML, read as if they had been typed. */
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { failed } from "../../../rootfs-tools/files/failure.ts";
import { readSmallFile } from "../../../rootfs-tools/files/small-file.ts";
import type { Flag, Parsed } from "../../cli/command.ts";
import { suggest } from "../../cli/suggest.ts";
import { NsboxError } from "../../util/errors.ts";

const ADDITION = "SRC[:DST]";
/** Placeholders of values that are paths, or begin with one. */
const PATHS = new Set(["FILE", "DIR", "SYSROOT", ADDITION]);
/** A path stands behind the colon, if there is one. */
const BEHIND = "FORMAT[:FILE]";
/** Placeholders of colon-separated lists of directories. */
const LISTS = new Set(["DIRS"]);
/** In bytes: a hundred thousand programs. */
const LONGEST = 2 ** 22;
/** Keys that are no options. */
const WORDS = ["programs", "target", "trace"] as const;

type Words = Readonly<Partial<Record<(typeof WORDS)[number], readonly string[]>>>;

/** What a file says, in the form of what was typed. */
export interface FromFile {
  readonly programs: readonly string[];
  readonly target: string | undefined;
  /** The command that is to be traced. */
  readonly trace: readonly string[];
  readonly ordered: Parsed["ordered"];
}

/** Reads `path` by the table of options. Throws NsboxError that names the key. */
export function readFromFile(path: string, flags: readonly Flag[]): FromFile {
  const refuse = (cause: string, hint?: string) =>
    new NsboxError(`Cannot use "${path}"`, { cause, ...(hint === undefined ? {} : { hint }) });
  const table = parseToml(path, refuse);
  const home = dirname(resolve(path));
  const known = flags.filter(({ long }) => long !== "from");
  const ordered: [string, string | true][] = [];
  const words: Record<string, string[]> = {};
  for (const [key, value] of Object.entries(table)) {
    if (WORDS.some((word) => word === key)) {
      words[key] = strings(value, key, refuse);
      continue;
    }
    const flag = known.find(({ long }) => long === key);
    if (flag === undefined) {
      const [close] = suggest(key, [...known.map(({ long }) => long), ...WORDS]);
      throw refuse(
        `it has an unknown key "${key}"`,
        close === undefined ? undefined : `Did you mean "${close}"?`,
      );
    }
    for (const one of valuesOf(flag, value, refuse))
      ordered.push([key, one === true ? one : placed(flag, one, home)]);
  }
  const { programs = [], target = [], trace = [] }: Words = words;
  if (target.length > 1) throw refuse('its "target" is a list: there is one target');
  // In another system paths count from its root.
  const place = (path: string) => ("root" in table || !path.includes("/") ? path : resolve(home, path));
  return {
    programs: programs.map(place),
    target: target[0] === undefined || target[0] === "-" ? target[0] : resolve(home, target[0]),
    trace,
    ordered,
  };
}

type Refuse = (cause: string, hint?: string) => NsboxError;

function parseToml(path: string, refuse: Refuse): Readonly<Record<string, unknown>> {
  const text = readToml(path, refuse);
  try {
    return Bun.TOML.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw refuse(`it is no TOML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Neither a pipe nor a device, which might have no end. */
function readToml(path: string, refuse: Refuse): string {
  let bytes: Uint8Array;
  try {
    if (!statSync(path).isFile()) throw refuse("it is no regular file");
    bytes = readSmallFile(path, LONGEST + 1);
  } catch (error) {
    throw failed(`Cannot use "${path}"`, error);
  }
  if (bytes.length > LONGEST) throw refuse(`it is larger than ${LONGEST >> 20} MiB`);
  return new TextDecoder().decode(bytes);
}

/** What would have been typed for `value`. */
function valuesOf(flag: Flag, value: unknown, refuse: Refuse): (string | true)[] {
  if (flag.value === undefined || (flag.optional && typeof value === "boolean")) {
    if (typeof value !== "boolean") throw refuse(`its "${flag.long}" must be true or false`);
    return value ? [true] : [];
  }
  if (isTable(value)) {
    if (!flag.value.includes("=")) throw refuse(`its "${flag.long}" must be no table`);
    return Object.entries(value).map(([name, of]) => `${name}=${scalar(of, flag.long, refuse)}`);
  }
  if (!Array.isArray(value)) return [scalar(value, flag.long, refuse)];
  if (flag.multiple === undefined) throw refuse(`its "${flag.long}" must be one value`);
  return strings(value, flag.long, refuse);
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const strings = (value: unknown, key: string, refuse: Refuse): string[] =>
  (Array.isArray(value) ? value : [value]).map((one) => scalar(one, key, refuse));

function scalar(value: unknown, key: string, refuse: Refuse): string {
  // No command line could hold it, and the kernel ends a path there.
  if (typeof value === "string" && value.includes("\0")) throw refuse(`its "${key}" holds a NUL`);
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  throw refuse(`its "${key}" must be text`);
}

/** A relative path, counted from the file's own directory. */
function placed(flag: Flag, value: string, home: string): string {
  if (LISTS.has(flag.value ?? ""))
    return value
      .split(":")
      .map((path) => resolve(home, path))
      .join(":");
  const colon = flag.value === BEHIND ? value.indexOf(":") : -1;
  if (colon >= 0) return `${value.slice(0, colon + 1)}${resolve(home, value.slice(colon + 1))}`;
  if (!PATHS.has(flag.value ?? "") || value.startsWith("/") || value === "-") return value;
  if (flag.value !== ADDITION) return resolve(home, value);
  // What a slash or a dot at an end says is lost by normalizing; a colon of the directory's parts nothing.
  return `${home === "/" ? "" : home.replaceAll(":", "\\:")}/${value}`;
}

/** What was typed on top of what the file says. */
export function withFile(input: Parsed, { ordered }: FromFile, flags: readonly Flag[]): Parsed {
  const once = new Set(flags.filter(({ multiple }) => multiple === undefined).map(({ long }) => long));
  const all = [...ordered.filter(([long]) => !(once.has(long) && input.has(long))), ...input.ordered];
  const values = (long: string) =>
    all
      .filter(([name]) => name === long)
      .map(([, value]) => value)
      .filter((value) => value !== true);
  return {
    ...input,
    rest: input.rest,
    ordered: all,
    has: (long) => all.some(([name]) => name === long),
    value: (long) => values(long).at(-1),
    values,
  };
}
