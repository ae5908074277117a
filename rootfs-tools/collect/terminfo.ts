/** Descriptions of terminals, see terminfo(5). */
import { NsboxError } from "../../src/util/errors.ts";
import type { Collector } from "./collector.ts";
import { packageHint } from "./package-hint.ts";

/** In the order in which ncurses looks. */
const DIRECTORIES = ["/etc/terminfo", "/lib/terminfo", "/usr/lib/terminfo", "/usr/share/terminfo"];
/** The terminals that people sit at, by the names that these set in TERM. */
const COMMON = [
  ...["ansi", "dumb", "linux", "vt100", "vt102", "vt220", "xterm", "xterm-color", "xterm-256color"],
  ...["xterm-direct", "screen", "screen-256color", "screen.xterm-256color", "tmux", "tmux-256color"],
  ...["rxvt", "rxvt-unicode", "rxvt-unicode-256color", "alacritty", "foot", "xterm-kitty", "wezterm"],
  ...["xterm-ghostty", "gnome-256color", "konsole-256color", "putty-256color", "st-256color", "cygwin"],
];
const EXTRA = { debian: "ncurses-term", fedora: "ncurses-term", alpine: "ncurses-terminfo", arch: "ncurses" };
const BASE = { ...EXTRA, debian: "ncurses-base", fedora: "ncurses-base", alpine: "ncurses-terminfo-base" };

/** Stands for `COMMON` among names. */
const COMMON_NAME = "common";

/**
 * Adds the descriptions of the terminals in `names`, or all; `common` is one for those that people sit at,
 * as far as they are there. Throws NsboxError where one that is named is not there, or none at all.
 */
export function addTerminfo(collector: Collector, names: "all" | readonly string[]): void {
  const { host } = collector;
  // Where /lib is a link to /usr/lib both are one: it is enough to have it once.
  const directories = DIRECTORIES.filter((path) => host.isDirectory(path)).filter(
    (path, index, all) => all.findIndex((other) => host.walk(other).path === host.walk(path).path) === index,
  );
  const why = (name: string) => ({ by: "", name, rule: "terminal, --terminfo" });
  let count = 0;
  const wanted = names === "all" ? [] : names.filter((name) => name !== COMMON_NAME);
  const common = names.includes(COMMON_NAME) ? COMMON : [];
  for (const name of [...common, ...wanted]) {
    const found = directories.flatMap((directory) =>
      placesOf(name)
        .map((place) => `${directory}/${place}`)
        .filter((path) => host.walk(path).entry?.kind === "file"),
    );
    if (found.length === 0 && wanted.includes(name)) throw absent(collector, `the terminal "${name}"`, EXTRA);
    for (const path of found) collector.file(path, why(name));
    count += found.length;
  }
  if (names === "all") for (const path of directories) count += collector.tree(path, why(path)) - 1;
  if (count === 0) throw absent(collector, "terminals", BASE);
}

/** By the first letter, or where case does not count by that letter's number. */
const placesOf = (name: string): string[] =>
  name === "" || /[/\0]/.test(name) || name.startsWith(".")
    ? []
    : [`${name[0]}/${name}`, `${name.charCodeAt(0).toString(16)}/${name}`];

const absent = ({ host }: Collector, what: string, packages: typeof EXTRA): NsboxError =>
  new NsboxError(`Cannot add ${what}`, {
    cause: `no such description in ${DIRECTORIES.filter((path) => host.isDirectory(path)).join(", ") || DIRECTORIES.join(", ")}`,
    code: "not-found",
    ...packageHint(host, packages),
  });
