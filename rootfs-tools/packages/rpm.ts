/** RPM's package database in SQLite: Fedora, RHEL 9 and newer, openSUSE and their kin. */
import { constants, Database } from "bun:sqlite";
import { NsboxError } from "../../src/util/errors.ts";
import type { Host } from "../load/host.ts";
import type { PackageDatabase } from "./database.ts";
import { databaseOf, type PackageRecord } from "./records.ts";
import { RpmHeader } from "./rpm-header.ts";

/** Keys that packages are signed with are kept as packages of this name. */
const KEYS = "gpg-pubkey";
/** A file of a package that stands on disk; others were replaced, or never installed. */
const NORMAL = 0;

/** Real systems have some thousand, of 20 KB each. */
const MOST_PACKAGES = 100_000;
const MOST_BYTES = 2 ** 30;
/** A list of plain columns: no expression, no module. */
const TABLE = /^CREATE TABLE ['"`]?Packages['"`]? ?\([\w\s,]*\)$/i;

/** The database at `path`. Throws NsboxError where it cannot be read. */
export function openRpm(host: Host, path: string): PackageDatabase {
  const records: PackageRecord[] = [];
  const ids = new Set<string>();
  for (const header of headersIn(host.onDisk(host.walk(path).path), path)) {
    const name = header.text("name") ?? "";
    if (name === KEYS || name === "") continue;
    const plain = `${name}.${header.text("arch") ?? ""}`;
    // Of a kernel there are several.
    const id = ids.has(plain) ? `${plain}-${versionOf(header)}` : plain;
    ids.add(id);
    records.push(recordOf(header, id, name));
  }
  return databaseOf(host, "rpm", records);
}

function headersIn(file: string, path: string): RpmHeader[] {
  let database: Database | undefined;
  try {
    // Nothing is written beside it, be it a journal or a lock.
    const uri = `file:${file.replace(/[%?#]/g, (letter) => encodeURIComponent(letter))}?immutable=1`;
    database = new Database(uri, constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI);
    refuseStrange(database);
    const headers: RpmHeader[] = [];
    let bytes = 0;
    const query = database.query<{ blob: unknown }, []>("SELECT blob FROM Packages ORDER BY hnum");
    for (const { blob } of query.iterate()) {
      if (!(blob instanceof Uint8Array)) throw broken("a header that is no blob");
      bytes += blob.length;
      if (headers.length === MOST_PACKAGES || bytes > MOST_BYTES)
        throw broken("more headers than any system has");
      headers.push(new RpmHeader(blob));
    }
    return headers;
  } catch (error) {
    const cause =
      error instanceof NsboxError ? error.details.cause : error instanceof Error ? error.message : "";
    throw new NsboxError(`Cannot read the package database "${path}"`, { cause: cause ?? "" });
  } finally {
    database?.close();
  }
}

/** A view or a computed column could go on for ever. Throws NsboxError where the table is none of RPM's. */
function refuseStrange(database: Database): void {
  const tables = database.query<{ type: string; sql: string | null }, []>(
    "SELECT type, sql FROM sqlite_schema WHERE name = 'Packages' COLLATE NOCASE LIMIT 2",
  );
  const [table, second] = tables.all();
  if (table === undefined) throw broken('it has no table "Packages"');
  if (second !== undefined || table.type !== "table" || !TABLE.test(table.sql ?? "")) {
    throw broken('its "Packages" is no table of RPM\'s');
  }
}

const broken = (cause: string): NsboxError => new NsboxError("Cannot read the RPM database", { cause });

function recordOf(header: RpmHeader, id: string, name: string): PackageRecord {
  const source = header.text("sourceRpm");
  return {
    id,
    name,
    info: () => ({
      name,
      version: versionOf(header),
      arch: header.text("arch") ?? "",
      // "bash-5.2.15-3.fc38.src.rpm"
      source: source?.replace(/-[^-]*-[^-]*$/, "") ?? name,
      sourceVersion: /-([^-]*-[^-]*)\.(?:no)?src\.rpm$/.exec(source ?? "")?.[1],
      licence: header.text("licence"),
      maintainer: header.text("packager") ?? header.text("vendor"),
      homepage: header.text("homepage"),
      description: header.text("summary"),
    }),
    files: () => filesOf(header),
    // Some requirements are about RPM itself, or hold for a part of the others only.
    depends: () =>
      header
        .texts("requires")
        .filter((word) => !/^(?:rpmlib\(|\()/.test(word))
        .map((word) => [word]),
    provides: () => [...header.texts("provides"), ...filesOf(header)],
  };
}

function versionOf(header: RpmHeader): string {
  const [epoch] = header.numbers("epoch");
  return `${epoch === undefined ? "" : `${epoch}:`}${header.text("version") ?? ""}-${header.text("release") ?? ""}`;
}

function filesOf(header: RpmHeader): string[] {
  const names = header.texts("baseNames");
  if (names.length === 0) return header.texts("oldFileNames");
  const directories = header.texts("directories");
  const indexes = header.numbers("directoryIndexes");
  const states = header.numbers("fileStates");
  return names.flatMap((name, index) =>
    (states[index] ?? NORMAL) === NORMAL ? [`${directories[indexes[index] ?? 0] ?? "/"}${name}`] : [],
  );
}
