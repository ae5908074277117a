/** Debian's package database, see dpkg(1). */
import type { Host } from "../load/host.ts";
import type { PackageDatabase, PackageInfo } from "./database.ts";
import { DpkgFiles, dependenciesIn, fieldOf, sourceOf } from "./dpkg-files.ts";
import { databaseOf, type PackageRecord } from "./records.ts";

/** The state of a package that was removed, of which a list of its configuration may be left. */
const GONE = /^Status: .* (?:config-files|not-installed|half-installed)$/m;

/** The database; `undefined` where the system has none, or no package in it. */
export function openDpkg(host: Host): PackageDatabase | undefined {
  const files = new DpkgFiles(host);
  const names = files.names.filter((name) => !GONE.test(files.paragraph(name)));
  if (names.length === 0) return undefined;
  return databaseOf(
    host,
    "deb",
    names.map((name) => recordOf(files, name)),
  );
}

function recordOf(files: DpkgFiles, id: string): PackageRecord {
  const field = (name: string) => fieldOf(files.paragraph(id), name);
  return {
    id,
    name: id.replace(/:.*/, ""),
    info: () => infoOf(files.paragraph(id), id),
    files: () =>
      files
        .list(id)
        .split("\n")
        .filter((path) => path !== "")
        .map((path) => (path === "/." ? "/" : files.divert(path, id))),
    depends: () => ["Pre-Depends", "Depends"].flatMap((name) => dependenciesIn(field(name) ?? "")),
    provides: () => dependenciesIn(field("Provides") ?? "").flat(),
  };
}

function infoOf(paragraph: string, id: string): PackageInfo {
  const field = (name: string) => fieldOf(paragraph, name);
  return {
    name: field("Package") ?? id.replace(/:.*/, ""),
    version: field("Version") ?? "",
    arch: field("Architecture") ?? "",
    source: sourceOf(paragraph),
    sourceVersion: /^Source: \S+ \((.*)\)/m.exec(paragraph)?.[1],
    maintainer: field("Maintainer"),
    homepage: field("Homepage"),
    description: /^Description: (.*)$/m.exec(paragraph)?.[1],
  };
}
