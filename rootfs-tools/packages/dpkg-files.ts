/** The files that dpkg(1) keeps of installed packages, each read once and when it is asked for. */
import type { Host } from "../load/host.ts";

const DATABASE = "/var/lib/dpkg";
const LONGEST = 2 ** 26;
const LIST = ".list";
const SUMS = ".md5sums";

/** Where dpkg(1) puts a file in place of the one of another package, and for which package's sake. */
export interface Diversion {
  readonly to: string;
  readonly by: string;
}

/** The database of a system; where there is none, nothing is ever found. */
export class DpkgFiles {
  /** Package names; the architecture that some files carry in their name stays. */
  readonly names: readonly string[];
  readonly #host: Host;
  /** Images without dpkg keep one file for each package in a directory of its own. */
  readonly #apart: boolean;
  readonly #lists = new Map<string, string>();
  #diversions: Map<string, Diversion> | undefined;
  #status: Map<string, string> | undefined;

  constructor(host: Host) {
    this.#host = host;
    const listed = namesIn(host.list(`${DATABASE}/info`), LIST);
    this.#apart = listed.length === 0;
    this.names = this.#apart
      ? host.list(`${DATABASE}/status.d`).filter((name) => !name.endsWith(SUMS))
      : listed;
  }

  /** The name in `names` of an installed package. */
  installed(name: string): string | undefined {
    return this.names.find((other) => other === name || other.startsWith(`${name}:`));
  }

  /** The paths in a package, a line each, with a newline before the first. */
  list(name: string): string {
    let text = this.#lists.get(name);
    if (text === undefined) {
      text = this.#apart ? this.#sums(name) : `\n${this.#read(`info/${name}${LIST}`)}`;
      this.#lists.set(name, text);
    }
    return text;
  }

  /** The paragraph of control data, see deb-control(5). */
  paragraph(name: string): string {
    if (this.#apart) return this.#read(`status.d/${name}`);
    this.#status ??= this.#readStatus();
    return this.#status.get(name) ?? "";
  }

  /** Where `path`, as the package `name` lists it, stands: dpkg-divert(1). */
  divert(path: string, name: string): string {
    const diversion = this.diversions.get(path);
    return diversion === undefined || diversion.by === name.replace(/:.*/, "") ? path : diversion.to;
  }

  /** By the path as packages list it. */
  get diversions(): ReadonlyMap<string, Diversion> {
    if (this.#diversions === undefined) {
      this.#diversions = new Map();
      const lines = this.#read("diversions").split("\n");
      for (let at = 0; at + 2 < lines.length; at += 3) {
        const [path = "", to = "", by = ""] = lines.slice(at, at + 3);
        this.#diversions.set(path, { to, by });
      }
    }
    return this.#diversions;
  }

  /** By name, and by name and architecture. */
  #readStatus(): Map<string, string> {
    const paragraphs = new Map<string, string>();
    for (const text of this.#read("status").split("\n\n")) {
      const name = /^Package: (\S+)/m.exec(text)?.[1] ?? "";
      const arch = /^Architecture: (\S+)/m.exec(text)?.[1] ?? "";
      paragraphs.set(name, text);
      paragraphs.set(`${name}:${arch}`, text);
    }
    return paragraphs;
  }

  #sums(name: string): string {
    const lines = this.#read(`status.d/${name}${SUMS}`).matchAll(/^[0-9a-f]+ {2}(.+)$/gm);
    return `\n${[...lines].map(([, path = ""]) => `/${path.replace(/^\.?\//, "")}\n`).join("")}`;
  }

  #read(path: string): string {
    return this.#host.text(`${DATABASE}/${path}`, LONGEST);
  }
}

const namesIn = (files: readonly string[], ending: string): string[] =>
  files.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));

/** The value of a field of `paragraph`, its continuation lines joined; `undefined` where it is absent. */
export function fieldOf(paragraph: string, name: string): string | undefined {
  const [, value] = new RegExp(`^${name}: *(.*(?:\\n[ \\t].*)*)`, "m").exec(paragraph) ?? [];
  return value?.replace(/\n[ \t]+/g, " ").trim();
}

/** `Source`, or where it is left out the package's own name. */
export const sourceOf = (paragraph: string): string =>
  (/^Source: (\S+)/m.exec(paragraph) ?? /^Package: (\S+)/m.exec(paragraph))?.[1] ?? "";

/** The names in a field of dependencies: alternatives together, versions and architectures left out. */
export const dependenciesIn = (field: string): string[][] =>
  field
    .split(",")
    .map((part) => part.split("|").map((name) => name.trim().replace(/[ :(].*$/, "")))
    .filter(([name]) => name !== "");
