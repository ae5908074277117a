/** A package database made of one record for each package, whatever it is read from. */
import type { Host } from "../load/host.ts";
import type { PackageDatabase, PackageInfo, PackageType } from "./database.ts";
import { spellingsIn } from "./spellings.ts";

/** One installed package; what is costly is read when it is asked for. */
export interface PackageRecord {
  readonly id: string;
  readonly name: string;
  info(): PackageInfo;
  files(): readonly string[];
  /** What it depends on, each by one name or by several of which one is enough. */
  depends(): readonly (readonly string[])[];
  /** What it is called besides its name. */
  provides(): readonly string[];
}

/** The database of `records`. */
export function databaseOf(
  host: Host,
  type: PackageType,
  records: readonly PackageRecord[],
): PackageDatabase {
  const byId = new Map(
    records.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((record) => [record.id, record]),
  );
  const spellings = spellingsIn(host);
  let owners: Map<string, string> | undefined;
  let names: Map<string, string> | undefined;

  const find = (name: string): string | undefined => {
    if (byId.has(name)) return name;
    for (const record of byId.values()) if (record.name === name) return record.id;
    return undefined;
  };
  const provider = (name: string): string | undefined => {
    if (names === undefined) {
      names = new Map();
      for (const { id, name: own } of byId.values()) if (!names.has(own)) names.set(own, id);
      for (const { id, provides } of byId.values()) {
        for (const other of provides()) if (!names.has(other)) names.set(other, id);
      }
    }
    return names.get(name);
  };
  const index = (): Map<string, string> => {
    const found = new Map<string, string>();
    // Directories belong to many; of files that two packages claim the first has it.
    for (const { id, files } of byId.values()) {
      for (const path of files()) if (!found.has(path)) found.set(path, id);
    }
    return found;
  };

  return {
    type,
    ids: [...byId.keys()],
    find,
    ownerOf(path) {
      owners ??= index();
      for (const spelling of spellings(path)) {
        const owner = owners.get(spelling);
        if (owner !== undefined) return owner;
      }
      return undefined;
    },
    filesOf: (id) => byId.get(id)?.files() ?? [],
    about: (id) => byId.get(id)?.info(),
    dependenciesOf(id) {
      const found = new Set<string>();
      for (const choices of byId.get(id)?.depends() ?? []) {
        const other = choices.map(provider).find((choice) => choice !== undefined);
        if (other !== undefined && other !== id) found.add(other);
      }
      return [...found];
    },
  };
}
