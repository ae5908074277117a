/** What a system's package database tells: which package a file belongs to, and what is in a package. */
import { NsboxError } from "../../src/util/errors.ts";
import type { Host } from "../load/host.ts";

/** By the names that package URLs have for them. */
export type PackageType = "deb" | "apk" | "alpm" | "rpm";

/** What is known of an installed package. */
export interface PackageInfo {
  readonly name: string;
  /** As the package manager writes it, with an epoch where there is one: `1:2.3-4`. */
  readonly version: string;
  /** By the package manager's own name: `amd64`, `x86_64`, `noarch`. */
  readonly arch: string;
  /** The name of the source package. */
  readonly source: string;
  readonly sourceVersion?: string | undefined;
  /** As the package has it, which need be no SPDX expression. */
  readonly licence?: string | undefined;
  readonly maintainer?: string | undefined;
  readonly homepage?: string | undefined;
  /** One line. */
  readonly description?: string | undefined;
}

/** A package database. Packages go by an id that is unique among them: `libc6:amd64`. */
export interface PackageDatabase {
  readonly type: PackageType;
  /** All ids, sorted. */
  readonly ids: readonly string[];
  /** The id of an installed package by its name or id. */
  find(name: string): string | undefined;
  /** The package that the file at `path` belongs to; `path` has no links in its directories. */
  ownerOf(path: string): string | undefined;
  /** The paths in a package, directories among them, as the package spells them. */
  filesOf(id: string): readonly string[];
  about(id: string): PackageInfo | undefined;
  /** The installed packages that it depends on. */
  dependenciesOf(id: string): readonly string[];
}

const RPM_OLD = [
  "/var/lib/rpm/Packages",
  "/usr/lib/sysimage/rpm/Packages",
  "/usr/lib/sysimage/rpm/Packages.db",
];

/** The database of the system; `undefined` where none is known. Throws NsboxError where it cannot be read. */
export async function openDatabase(host: Host): Promise<PackageDatabase | undefined> {
  const { openDpkg } = await import("./dpkg.ts");
  const { openApk } = await import("./apk.ts");
  const { openPacman } = await import("./pacman.ts");
  for (const open of [openDpkg, openApk, openPacman]) {
    const database = open(host);
    if (database !== undefined) return database;
  }
  const { rpmDatabasePath } = await import("./rpm-path.ts");
  const path = rpmDatabasePath(host);
  // bun:sqlite takes its time to load.
  if (path !== undefined) return (await import("./rpm.ts")).openRpm(host, path);
  const old = RPM_OLD.find((file) => host.walk(file).entry?.kind === "file");
  if (old === undefined) return undefined;
  throw new NsboxError(`Cannot read the package database "${old}"`, {
    cause: "it is in an old format of RPM, and only SQLite is read",
    hint: "rpm --rebuilddb writes it anew, where RPM is 4.16 or newer and set to SQLite",
  });
}
