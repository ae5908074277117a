/**
 * What Debian's package database, see dpkg(1), tells of a program: data that its package brings and that
 * no loader knows of. A hint, so it may cost a few milliseconds and no more.
 */
import { readdirSync } from "node:fs";
import { errnoOf } from "../files/failure.ts";
import { baseOf } from "../files/paths.ts";
import { readText } from "../files/small-file.ts";

const DATABASE = "/var/lib/dpkg";
/** How long a run may search in lists that only chance would find, in milliseconds. */
const TIME_TO_SEARCH = 4;
/** How long a run may go on with new programs, in milliseconds. */
const TIME_TO_GO_ON = 20;
/** Fewer files are odds and ends that a program does without. */
const FEW_FILES = 5;

/** A directory of data: `/usr/lib/NAME`, `/usr/share/NAME`, `/usr/libexec/NAME`, the triplet skipped. */
const DATA = /^\/usr\/(?:lib|share|libexec)\/(?:[^/]+-linux-[^/]+\/)?([^/]+)(?=\/)/;
/** Directories that packages fill for others than their own programs. */
const FOREIGN = new Set(
  (
    "aclocal appdata applications apport bash-completion binfmt.d binfmts bug dbus-1 debconf doc doc-base " +
    "fish fonts help icons info initramfs-tools lintian locale man menu metainfo mime mime-info modprobe.d " +
    "pam-configs perl5 pixmaps pkgconfig polkit-1 reportbug sysctl.d systemd sysusers.d tmpfiles.d udev X11 zsh"
  ).split(" "),
);
const NO_DATA = /-(?:dev|doc|dbg|dbgsym|man|examples)$/;

/** Data that came with a program. */
export interface PackageData {
  readonly packages: readonly string[];
  /** Number of files by directory. */
  readonly directories: ReadonlyMap<string, number>;
}

/** The database of the host; where there is none, nothing is ever found. */
export class Dpkg {
  /** Package names; the architecture that some files carry in their name stays. */
  readonly #names: readonly string[];
  readonly #lists = new Map<string, string>();
  #diversions: readonly string[] | undefined;
  #status: string | undefined;
  readonly #start = performance.now();
  readonly #deadline = this.#start + TIME_TO_SEARCH;

  constructor() {
    this.#names = listNames();
  }

  /** Whether the time that a hint is worth has passed. */
  get isLate(): boolean {
    return performance.now() > this.#start + TIME_TO_GO_ON;
  }

  /** The data of the packages behind the program at `path`, which holds no links. */
  dataFor(path: string): PackageData | undefined {
    const owner = this.#ownerOf(path);
    if (owner === undefined) return undefined;
    const same = this.#installed(baseOf(path));
    const packages = new Set([owner, ...(same === undefined ? [] : [same])]);
    for (const name of [...packages]) for (const other of this.#siblings(name)) packages.add(other);
    const directories = new Map<string, number>();
    const contributing: string[] = [];
    for (const name of packages) {
      const counts = this.#countData(name);
      if (counts.size > 0) contributing.push(name.replace(/:.*/, ""));
      for (const [directory, count] of counts) {
        directories.set(directory, (directories.get(directory) ?? 0) + count);
      }
    }
    return directories.size === 0 ? undefined : { packages: contributing, directories };
  }

  #ownerOf(path: string): string | undefined {
    this.#diversions ??= readText(`${DATABASE}/diversions`, "latin1").split("\n");
    const moved = this.#diversions.indexOf(path);
    // Lines in threes: the path as packages list it, where it was moved to, and by which package.
    if (moved >= 0 && moved % 3 === 0) return this.#installed(this.#diversions[moved + 2] ?? "");
    const listed = moved % 3 === 1 ? (this.#diversions[moved - 1] ?? path) : path;
    const unmerged = listed.replace(/^\/usr(?=\/(?:s?bin|lib)\/)/, "");
    const owns = (name: string): boolean => {
      const list = this.#list(name);
      return list.includes(`\n${listed}\n`) || list.includes(`\n${unmerged}\n`);
    };
    const base = baseOf(path);
    // "python3.11" is in "python3.11-minimal", "vim.basic" in "vim"; what is very short is in too many.
    const likely = [base, base.replace(/[-.][^-.]*$/, "")].filter((part) => part.length > 2);
    const guessed = this.#names.find((name) => likely.some((part) => name.includes(part)) && owns(name));
    return guessed ?? this.#names.find((name) => performance.now() < this.#deadline && owns(name));
  }

  #installed(name: string): string | undefined {
    return this.#names.find((other) => other === name || other.startsWith(`${name}:`));
  }

  /** The packages that `name` depends on and that were built from the same source: parts of one program. */
  #siblings(name: string): string[] {
    const paragraph = this.#paragraph(name);
    const source = sourceOf(paragraph);
    const depends = /^Depends: (.*)$/m.exec(paragraph)?.[1] ?? "";
    const siblings: string[] = [];
    for (const dependency of depends.split(/[,|]/)) {
      const other = this.#installed(dependency.trim().replace(/[ :(].*$/, ""));
      if (other === undefined || NO_DATA.test(other)) continue;
      if (sourceOf(this.#paragraph(other)) === source) siblings.push(other);
    }
    return siblings;
  }

  #paragraph(name: string): string {
    this.#status ??= `\n${readText(`${DATABASE}/status`, "latin1")}`;
    const start = this.#status.indexOf(`\nPackage: ${name.replace(/:.*/, "")}\n`);
    return start < 0 ? "" : this.#status.slice(start + 1, this.#status.indexOf("\n\n", start) + 1);
  }

  #countData(name: string): Map<string, number> {
    const counts = new Map<string, number>();
    const lines = this.#list(name).split("\n");
    for (const [index, line] of lines.entries()) {
      const [directory, last] = DATA.exec(line) ?? [];
      if (directory === undefined || last === undefined || FOREIGN.has(last)) continue;
      // A directory stands right before what is in it.
      if (lines[index + 1]?.startsWith(`${line}/`)) continue;
      counts.set(directory, (counts.get(directory) ?? 0) + 1);
    }
    for (const [directory, count] of counts) if (count < FEW_FILES) counts.delete(directory);
    return counts;
  }

  #list(name: string): string {
    let text = this.#lists.get(name);
    if (text === undefined) {
      text = readText(`${DATABASE}/info/${name}.list`, "latin1");
      this.#lists.set(name, text);
    }
    return text;
  }
}

/** `Source`, or where it is left out the package's own name. */
const sourceOf = (paragraph: string): string =>
  (/^Source: (\S+)/m.exec(paragraph) ?? /^Package: (\S+)/m.exec(paragraph))?.[1] ?? "";

function listNames(): string[] {
  try {
    return readdirSync(`${DATABASE}/info`)
      .filter((name) => name.endsWith(".list"))
      .map((name) => name.slice(0, -".list".length));
  } catch (error) {
    if (errnoOf(error) === "") throw error;
    return [];
  }
}
