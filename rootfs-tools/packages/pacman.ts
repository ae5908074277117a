/** Arch Linux's package database: a directory for each package, see alpm-db-desc(5) and alpm-db-files(5). */
import type { Host } from "../load/host.ts";
import type { PackageDatabase } from "./database.ts";
import { databaseOf, type PackageRecord } from "./records.ts";

const DATABASE = "/var/lib/pacman/local";
const LONGEST = 2 ** 26;

/** The database; `undefined` where the system has none, or no package in it. */
export function openPacman(host: Host): PackageDatabase | undefined {
  const records = host.list(DATABASE).flatMap((name) => recordOf(host, `${DATABASE}/${name}`));
  return records.length === 0 ? undefined : databaseOf(host, "alpm", records);
}

function recordOf(host: Host, directory: string): PackageRecord[] {
  const sections = sectionsIn(host.text(`${directory}/desc`, LONGEST));
  const one = (title: string): string | undefined => sections.get(title)?.[0];
  const names = (title: string): string[] =>
    (sections.get(title) ?? []).map((word) => word.replace(/[<>=:].*$/, ""));
  const name = one("NAME");
  if (name === undefined) return [];
  return [
    {
      id: name,
      name,
      info: () => ({
        name,
        version: one("VERSION") ?? "",
        arch: one("ARCH") ?? "",
        source: one("BASE") ?? name,
        licence: sections.get("LICENSE")?.join(" AND "),
        maintainer: one("PACKAGER"),
        homepage: one("URL"),
        description: one("DESC"),
      }),
      files: () =>
        (sectionsIn(host.text(`${directory}/files`, LONGEST)).get("FILES") ?? []).map(
          (path) => `/${path.replace(/\/$/, "")}`,
        ),
      depends: () => names("DEPENDS").map((other) => [other]),
      provides: () => names("PROVIDES"),
    },
  ];
}

/** `%TITLE%`, then a line for each value, then an empty one. */
function sectionsIn(text: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let values: string[] | undefined;
  for (const line of text.split("\n")) {
    const [, title] = /^%([A-Z0-9]+)%$/.exec(line) ?? [];
    if (title !== undefined) {
      values = [];
      sections.set(title, values);
    } else if (line !== "") values?.push(line);
  }
  return sections;
}
