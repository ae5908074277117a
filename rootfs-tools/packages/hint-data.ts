/**
 * What Debian's package database tells of a program: data that its package brings and that no loader knows
 * of. A hint, so it may cost a few milliseconds and no more.
 */
import { baseOf } from "../files/paths.ts";
import type { Host } from "../load/host.ts";
import { type DpkgFiles, dependenciesIn, fieldOf, sourceOf } from "./dpkg-files.ts";
import { spellingsIn } from "./spellings.ts";

/** How long a run may search in lists that only chance would find, in milliseconds. */
const TIME_TO_SEARCH = 4;
/** How long a run may go on with new programs, in milliseconds. */
const TIME_TO_GO_ON = 20;
/** Fewer files are odds and ends that a program does without. */
const FEW_FILES = 5;

/** A directory of data: `/usr/lib/NAME`, `/usr/share/NAME`, `/usr/libexec/NAME`, the triplet skipped. */
const DATA = /^\/usr\/(?:lib|share|libexec)\/(?:[^/]+-linux-[^/]+\/)?([^/]+)(?=\/)/;
/** The configuration of a program, in a directory by its name. */
const CONFIGURATION = /^\/etc\/([^/]+)(?=\/)/;
/** Directories that packages fill for others than their own programs. */
const FOREIGN = new Set(
  (
    "aclocal appdata applications apport bash-completion binfmt.d binfmts bug dbus-1 debconf doc doc-base " +
    "fish fonts help icons info initramfs-tools lintian locale man menu metainfo mime mime-info modprobe.d " +
    "pam-configs perl5 pixmaps pkgconfig polkit-1 reportbug sysctl.d systemd sysusers.d tmpfiles.d udev X11 zsh"
  ).split(" "),
);
/** Programs that others bring extensions for: what is theirs, their own packages have. */
const EXTENDED = new Set(["emacs", "nano", "nvim", "vim"]);
const NO_DATA = /-(?:dev|doc|dbg|dbgsym|man|examples)$/;

/** Data that came with a program. */
export interface PackageData {
  readonly packages: readonly string[];
  /** Number of files by directory. */
  readonly directories: ReadonlyMap<string, number>;
}

/** Looks for the data of one program after the other. */
export class HintData {
  readonly #files: DpkgFiles;
  readonly #spellings: (path: string) => readonly string[];
  /** Whether the tree has a path already. */
  readonly #has: (path: string) => boolean;
  readonly #start = performance.now();
  readonly #deadline = this.#start + TIME_TO_SEARCH;

  constructor(host: Host, files: DpkgFiles, has: (path: string) => boolean) {
    this.#files = files;
    this.#spellings = spellingsIn(host);
    this.#has = has;
  }

  /** Whether the time that a hint is worth has passed. */
  get isLate(): boolean {
    return performance.now() > this.#start + TIME_TO_GO_ON;
  }

  /** The data of the packages behind the program at `path`, which holds no links. */
  dataFor(path: string): PackageData | undefined {
    const owner = this.#ownerOf(path);
    if (owner === undefined) return undefined;
    const same = this.#files.installed(baseOf(path));
    const packages = new Set([owner, ...(same === undefined ? [] : [same])]);
    for (const name of [...packages]) for (const other of siblings(this.#files, name)) packages.add(other);
    const directories = new Map<string, number>();
    const contributing: string[] = [];
    for (const name of packages) {
      const counts = this.#countData(name, baseOf(path));
      if (counts.size > 0) contributing.push(name.replace(/:.*/, ""));
      for (const [directory, count] of counts) {
        directories.set(directory, (directories.get(directory) ?? 0) + count);
      }
    }
    return directories.size === 0 ? undefined : { packages: contributing, directories };
  }

  #ownerOf(path: string): string | undefined {
    const { diversions, names } = this.#files;
    const diverted = diversions.get(path);
    if (diverted !== undefined) return this.#files.installed(diverted.by);
    const listed = [...diversions].find(([, { to }]) => to === path)?.[0] ?? path;
    const lines = this.#spellings(listed).map((spelling) => `\n${spelling}\n`);
    const owns = (name: string): boolean => {
      const list = this.#files.list(name);
      return lines.some((line) => list.includes(line));
    };
    const base = baseOf(path);
    // "python3.11" is in "python3.11-minimal", "vim.basic" in "vim"; what is very short is in too many.
    const likely = [base, base.replace(/[-.][^-.]*$/, "")].filter((part) => part.length > 2);
    const guessed = names.find((name) => likely.some((part) => name.includes(part)) && owns(name));
    return guessed ?? names.find((name) => performance.now() < this.#deadline && owns(name));
  }

  #countData(name: string, program: string): Map<string, number> {
    const counts = new Map<string, number>();
    const lines = this.#files.list(name).split("\n");
    for (const [index, line] of lines.entries()) {
      const [directory, last = ""] = DATA.exec(line) ?? CONFIGURATION.exec(line) ?? [];
      if (directory === undefined || FOREIGN.has(last)) continue;
      if (directory.startsWith("/etc/") && last !== program) continue;
      if (EXTENDED.has(last) && !name.startsWith(last)) continue;
      // A directory stands right before what is in it.
      if (lines[index + 1]?.startsWith(`${line}/`) || this.#has(line)) continue;
      counts.set(directory, (counts.get(directory) ?? 0) + 1);
    }
    for (const [directory, count] of counts) if (count < FEW_FILES) counts.delete(directory);
    return counts;
  }
}

/** The packages that `name` depends on and that were built from the same source: parts of one program. */
function siblings(files: DpkgFiles, name: string): string[] {
  const paragraph = files.paragraph(name);
  const source = sourceOf(paragraph);
  const found: string[] = [];
  for (const dependency of dependenciesIn(fieldOf(paragraph, "Depends") ?? "").flat()) {
    const other = files.installed(dependency);
    if (other === undefined || NO_DATA.test(other)) continue;
    if (sourceOf(files.paragraph(other)) === source) found.push(other);
  }
  return found;
}
