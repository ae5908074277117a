/** From words to mounts: `--bind`, `--tmpfs`, `--mount`. */
import { didYouMean, suggest } from "../../cli/suggest.ts";
import { choiceOf, choose, MOUNT_OPTIONS, type MountChoice } from "../../sandbox/mounts/options.ts";
import type { MountItem } from "../../sandbox/mounts/request.ts";
import { KEY_ALIASES, MOUNT_TYPES, type MountType, TYPE_ALIASES } from "../../sandbox/mounts/types.ts";
import { UsageError } from "../../util/errors.ts";
import { normalize } from "../../util/normalize.ts";
import { split } from "./colons.ts";

const typeNamed = (name: string): MountType => MOUNT_TYPES.find((type) => type.name === name)!;
const BIND = typeNamed("bind");
const TMPFS = typeNamed("tmpfs");

/** What Bun makes of bytes that are no UTF-8. */
const GARBLED = "\uFFFD";

/** PATH_MAX of the kernel, with the NUL at the end. */
export const PATH_MAX = 4096;

/**
 * `path` inside, without `.`, `..` and double slashes.
 * @throws UsageError where it is not absolute, or the root itself.
 */
export function targetPath(path: string, typed: string): string {
  if (!path.startsWith("/")) {
    throw new UsageError(
      `Invalid "${typed}": the target "${path}" is no absolute path`,
      "Paths inside begin with a slash",
    );
  }
  const target = normalize(path);
  if (target === "/") {
    throw new UsageError(
      `Invalid "${typed}": nothing can be mounted on "/"`,
      'ROOTFS is what is there; "--lower" puts layers over it',
    );
  }
  if (Buffer.byteLength(target) >= PATH_MAX) throw new UsageError(`Invalid "${typed}": the path is too long`);
  return target;
}

/**
 * `path` of the host, from the caller's directory on. It is not shortened: `..` behind a link is the link's.
 * @throws UsageError where it is empty or too long.
 */
export function sourcePath(path: string, cwd: string, typed: string): string {
  if (path === "") throw new UsageError(`Invalid "${typed}": the source is empty`);
  if (!path.startsWith("/") && cwd.includes(GARBLED)) {
    throw new UsageError(
      `"${typed}": the name of this directory is no text, and what begins at it cannot be written down`,
      "Give an absolute path, or go elsewhere",
    );
  }
  const source = path.startsWith("/") ? path : `${cwd === "/" ? "" : cwd}/${path}`;
  if (Buffer.byteLength(source) >= PATH_MAX) throw new UsageError(`Invalid "${typed}": the path is too long`);
  return source;
}

/** What some words say: options for the mount itself, and for its filesystem. */
function readOptions(
  words: readonly string[],
  type: MountType,
  typed: string,
): { choice: MountChoice; own: string[] } {
  const known = MOUNT_OPTIONS.filter(
    (option) => type === BIND || option.set !== undefined || option.clear !== undefined,
  );
  let choice = choiceOf(type.set);
  const own = new Map(Object.entries(type.usual));
  for (const word of words) {
    if (word === "") continue;
    const option = known.find(({ name }) => name === word);
    const equals = word.indexOf("=");
    const key = equals < 0 ? word : word.slice(0, equals);
    if (option !== undefined) choice = choose(choice, option);
    else if (type.own.includes(key)) own.set(key, equals < 0 ? "" : word.slice(equals + 1));
    else throw unknownOption(word, [...known.map(({ name }) => name), ...type.own], type, typed);
  }
  const list = [...own].map(([key, value]) => (value === "" ? key : `${key}=${value}`));
  return { choice, own: list };
}

function unknownOption(word: string, known: readonly string[], type: MountType, typed: string): UsageError {
  return new UsageError(
    `Unknown option "${word}" in "${typed}"`,
    didYouMean(suggest(word.split("=")[0] ?? "", known)) ?? `For ${type.name} there are ${known.join(", ")}`,
  );
}

/** `SRC[:DST[:OPTIONS]]`. */
export const readBind = (value: string, cwd: string): MountItem => bindOf(value, cwd, `--bind ${value}`);

/** The same; `typed`: as the user wrote it. */
export function bindOf(value: string, cwd: string, typed: string): MountItem & { kind: "bind" } {
  const [from = "", to, options = "", ...rest] = split(value, ":");
  if (rest.length > 0 || options.startsWith("/")) {
    throw new UsageError(
      `Invalid "${typed}": it takes SRC:DST:OPTIONS`,
      'A colon in a path is written "\\:"',
    );
  }
  if (
    to !== undefined &&
    !to.startsWith("/") &&
    MOUNT_OPTIONS.some(({ name }) => to.split(",")[0] === name)
  ) {
    throw new UsageError(
      `Invalid "${typed}": options stand behind the target`,
      `--bind ${from}:${sourcePath(from, cwd, typed)}:${to}`,
    );
  }
  const source = sourcePath(from, cwd, typed);
  const { choice } = readOptions(options.split(","), BIND, typed);
  return { kind: "bind", typed, source, target: targetPath(to ?? source, typed), choice };
}

/** `DST[:OPTIONS]`. */
export const readTmpfs = (value: string): MountItem => tmpfsOf(value, `--tmpfs ${value}`);

/** The same; `typed`: as the user wrote it. */
export function tmpfsOf(value: string, typed: string): MountItem & { kind: "filesystem" } {
  const [target = "", ...options] = split(value, ":");
  return filesystem(TMPFS, target, options.length === 0 ? [] : options.join(":").split(","), typed);
}

function filesystem(
  type: MountType,
  target: string,
  words: readonly string[],
  typed: string,
): MountItem & { kind: "filesystem" } {
  const { choice, own } = readOptions(words, type, typed);
  return {
    kind: "filesystem",
    typed,
    type,
    target: targetPath(target, typed),
    choice,
    options: own.join(),
  };
}

/** `type=…,source=…,target=…,…`. */
export function readMount(value: string, cwd: string): MountItem {
  const typed = `--mount ${value}`;
  const found: Record<string, string> = {};
  const words: string[] = [];
  for (const word of split(value, ",")) {
    const equals = word.indexOf("=");
    const key = equals < 0 ? word : word.slice(0, equals);
    const name = KEY_ALIASES[key] ?? key;
    if (equals >= 0 && ["type", "source", "target"].includes(name)) found[name] = word.slice(equals + 1);
    else if (key === "bind-propagation") words.push(word.slice(equals + 1));
    else if (word === "readonly" || word === "readonly=true") words.push("ro");
    else words.push(equals < 0 ? word : `${name}${word.slice(equals)}`);
  }
  const type = readType(found["type"], typed);
  const { source, target } = found;
  if (target === undefined) throw new UsageError(`Invalid "${typed}": it has no target`, "Add target=PATH");
  if (source === undefined && type.source === "needed") {
    throw new UsageError(`Invalid "${typed}": it has no source`, "Add source=PATH");
  }
  if (type.name === "overlay") return overlay(type, target, words, cwd, typed);
  if (source === undefined || type.source === "none") return filesystem(type, target, words, typed);
  const { choice } = readOptions(words, type, typed);
  const paths = { source: sourcePath(source, cwd, typed), target: targetPath(target, typed) };
  return type === BIND
    ? { kind: "bind", typed, ...paths, choice }
    : { kind: "image", typed, type, ...paths, choice };
}

function readType(name: string | undefined, typed: string): MountType {
  const known = MOUNT_TYPES.map((type) => type.name);
  if (name === undefined) {
    throw new UsageError(`Invalid "${typed}": it has no type`, `Add type=TYPE: ${known.join(", ")}`);
  }
  const type = MOUNT_TYPES.find((row) => row.name === (TYPE_ALIASES[name] ?? name));
  if (type !== undefined) return type;
  throw new UsageError(
    `Unknown type "${name}" in "${typed}"`,
    didYouMean(suggest(name, known)) ?? `There are ${known.join(", ")}`,
  );
}

function overlay(
  type: MountType,
  target: string,
  words: readonly string[],
  cwd: string,
  typed: string,
): MountItem {
  const { choice, own } = readOptions(words, type, typed);
  const value = (key: string) => own.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
  const [lower, upper, work] = [value("lowerdir"), value("upperdir"), value("workdir")];
  if (!lower) throw new UsageError(`Invalid "${typed}": an overlay needs lowerdir=DIR[:DIR…]`);
  if ((upper === undefined) !== (work === undefined)) {
    throw new UsageError(
      `Invalid "${typed}": upperdir and workdir go together`,
      "workdir is an empty directory on the same filesystem",
    );
  }
  const layers = split(lower, ":");
  if (layers.length < 2 && upper === undefined) {
    throw new UsageError(
      `Invalid "${typed}": one layer has nothing to lie over`,
      "Give lowerdir=TOP:BOTTOM, or upperdir and workdir, or bind the directory",
    );
  }
  const path = (word: string) => sourcePath(word, cwd, typed);
  return {
    kind: "overlay",
    typed,
    target: targetPath(target, typed),
    choice,
    lower: layers.map(path),
    upper: upper && work ? { upper: path(upper), work: path(work) } : undefined,
  };
}
