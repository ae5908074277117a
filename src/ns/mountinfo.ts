/** The lines of /proc/PID/mountinfo, see proc_pid_mountinfo(5). */
import type { Mount } from "./model.ts";

/** The kernel writes blanks, line ends, backslashes, "#", and commas inside values, as octal numbers. */
const plain = (word: string): string =>
  word.includes("\\")
    ? word.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    : word;

/** Options in the order of the kernel: cut at the commas first, since a value may hold one. */
const optionsOf = (words: string): string[] => (words === "" ? [] : words.split(",").map(plain));

/** The mounts of a mount table, in the order of the kernel; lines that are none are left out. */
export function parseMountinfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split("\n")) {
    const mount = parseLine(line);
    if (mount !== undefined) mounts.push(mount);
  }
  return mounts;
}

function parseLine(line: string): Mount | undefined {
  const words = line.split(" ");
  const dash = words.indexOf("-", 6);
  const [id, parent, device, root, path, options] = words;
  const [type, source, ...superOptions] = words.slice(dash + 1);
  if (dash < 0 || options === undefined || type === undefined) return undefined;
  const tags = words.slice(6, dash);
  const group = (name: string): number | null => {
    const tag = tags.find((each) => each.startsWith(`${name}:`));
    return tag === undefined ? null : Number(tag.slice(name.length + 1));
  };
  return {
    id: Number(id),
    parent: Number(parent),
    device: device ?? "",
    root: plain(root ?? ""),
    path: plain(path ?? ""),
    options: optionsOf(options),
    shared: group("shared"),
    master: group("master"),
    from: group("propagate_from"),
    unbindable: tags.includes("unbindable"),
    type: plain(type),
    source: plain(source ?? ""),
    // Old file systems wrote blanks into their options.
    superOptions: optionsOf(superOptions.join(" ")),
  };
}
