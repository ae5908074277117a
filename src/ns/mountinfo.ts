/** The lines of /proc/PID/mountinfo, see proc_pid_mountinfo(5). */
import type { Mount } from "./model.ts";

/** The kernel writes blanks, line ends, backslashes, "#", and commas inside values, as octal numbers. */
const plain = (word: string): string =>
  word.includes("\\")
    ? word.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    : word;

/** Options in the order of the kernel: cut at the commas first, since a value may hold one. */
function optionsOf(words: string): string[] {
  if (words === "") return [];
  const options = words.split(",");
  if (words.includes("\\")) for (let at = 0; at < options.length; at++) options[at] = plain(options[at]!);
  return options;
}

/** Where the optional fields begin. */
const TAGS = 6;

/** The mounts of a mount table, in the order of the kernel; lines that are none are left out. */
export function parseMountinfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split("\n")) {
    const mount = parseMount(line);
    if (mount !== undefined) mounts.push(mount);
  }
  return mounts;
}

/**
 * One line of it; undefined where it is none. Runs with limits come here: array methods and patterns would cost
 * more to load than the rest takes.
 */
export function parseMount(line: string): Mount | undefined {
  const words = line.split(" ");
  const dash = words.indexOf("-", TAGS);
  const type = words[dash + 1];
  if (dash < 0 || type === undefined) return undefined;
  const text = line.includes("\\") ? plain : String;
  return {
    id: Number(words[0]),
    parent: Number(words[1]),
    device: words[2]!,
    root: text(words[3]!),
    path: text(words[4]!),
    options: optionsOf(words[5]!),
    shared: peerGroup(words, dash, "shared:"),
    master: peerGroup(words, dash, "master:"),
    from: peerGroup(words, dash, "propagate_from:"),
    unbindable: words.slice(TAGS, dash).includes("unbindable"),
    type: text(type),
    source: text(words[dash + 2] ?? ""),
    // Old file systems wrote blanks into their options.
    superOptions: optionsOf(words.slice(dash + 3).join(" ")),
  };
}

/** The number behind `tag` among the optional fields, which end at the dash. */
function peerGroup(words: readonly string[], dash: number, tag: string): number | null {
  for (let at = TAGS; at < dash; at++) {
    if (words[at]!.startsWith(tag)) return Number(words[at]!.slice(tag.length));
  }
  return null;
}
