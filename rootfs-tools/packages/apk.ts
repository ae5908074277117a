/** Alpine's package database: one file, a paragraph for each package, see apk-package(5) for the letters. */
import type { Host } from "../load/host.ts";
import type { PackageDatabase } from "./database.ts";
import { databaseOf, type PackageRecord } from "./records.ts";

const PLACES = ["/usr/lib/apk/db/installed", "/lib/apk/db/installed"];
const LONGEST = 2 ** 27;

/** The database; `undefined` where the system has none, or no package in it. */
export function openApk(host: Host): PackageDatabase | undefined {
  for (const place of PLACES) {
    const records = host.text(place, LONGEST).split("\n\n").flatMap(recordOf);
    if (records.length > 0) return databaseOf(host, "apk", records);
  }
  return undefined;
}

function recordOf(paragraph: string): PackageRecord[] {
  const lines = paragraph.split("\n");
  const field = (letter: string): string | undefined =>
    lines.find((line) => line.startsWith(`${letter}:`))?.slice(2);
  const words = (letter: string): string[] => (field(letter) ?? "").split(" ").filter((word) => word !== "");
  const name = field("P");
  if (name === undefined || name === "") return [];
  return [
    {
      id: name,
      name,
      info: () => ({
        name,
        version: field("V") ?? "",
        arch: field("A") ?? "",
        source: field("o") ?? name,
        licence: field("L"),
        maintainer: field("m"),
        homepage: field("U"),
        description: field("T"),
      }),
      files: () => filesIn(lines),
      depends: () =>
        words("D")
          .filter((word) => !word.startsWith("!"))
          .map((word) => [bare(word)]),
      provides: () => words("p").map(bare),
    },
  ];
}

/** `F` is a directory, and each `R` after it a file in that. */
function filesIn(lines: readonly string[]): string[] {
  const files: string[] = [];
  let directory = "";
  for (const line of lines) {
    if (line.startsWith("F:")) {
      directory = line === "F:" ? "" : `/${line.slice(2)}`;
      if (directory !== "") files.push(directory);
    } else if (line.startsWith("R:")) files.push(`${directory}/${line.slice(2)}`);
  }
  return files;
}

/** Without the version that follows a name. */
const bare = (word: string): string => word.replace(/[<>=~@].*$/, "");
