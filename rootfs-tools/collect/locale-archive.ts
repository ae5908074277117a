/** glibc's locale-archive: all locales in one file, as `localedef --add-to-archive` writes it. */
import { closeSync, fstatSync } from "node:fs";
import { FileWindow } from "../elf/file-window.ts";
import { failed } from "../files/failure.ts";
import { openWithoutLinks } from "../files/small-file.ts";
import type { Host } from "../load/host.ts";

/** The categories of locale(7) by their numbers; LC_ALL, 6, is none of its own. */
const CATEGORIES = [
  ...["LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES", undefined],
  ...["LC_PAPER", "LC_NAME", "LC_ADDRESS", "LC_TELEPHONE", "LC_MEASUREMENT", "LC_IDENTIFICATION"],
];
const MAGIC = 0xde020109;
const HEADER = 56;
/** A name's hash, where the name is, and where its record is. */
const NAME_ENTRY = 12;
/** A counter, then offset and length of each category. */
const RECORD = 4 + 8 * CATEGORIES.length;
const LONGEST_NAME = 256;
/** Real archives have room for some thousand names. */
const MOST_NAMES = 2 ** 17;
/** The order of letters takes the most: some 3 MB. */
const LARGEST_CATEGORY = 2 ** 26;

/** The locales in an archive. */
export interface LocaleArchive {
  readonly names: readonly string[];
  /** The categories of a locale in `names`: what a file of that name holds. */
  read(name: string): ReadonlyMap<string, Uint8Array>;
}

/** Reads the archive at `path`; `undefined` where there is none. Throws an error that names a broken one. */
export function readLocaleArchive(host: Host, path: string): LocaleArchive | undefined {
  const { entry } = host.walk(path);
  if (entry?.kind !== "file") return undefined;
  const records = within(host, path, (file) => readNames(file));
  return {
    names: [...records.keys()],
    read: (name) => within(host, path, (file) => readRecord(file, records.get(name) ?? -1)),
  };
}

function within<T>(host: Host, path: string, use: (file: FileWindow) => T): T {
  let fd: number | undefined;
  try {
    fd = openWithoutLinks(host.onDisk(host.walk(path).path));
    return use(new FileWindow(path, fd, fstatSync(fd).size));
  } catch (error) {
    throw failed(`Cannot read "${path}"`, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Where the record of each name is. */
function readNames(file: FileWindow): Map<string, number> {
  const header = viewOf(file.bytes(0, HEADER, "header of the locale archive").slice());
  if (header.getUint32(0, true) !== MAGIC) throw file.invalid("not a locale archive of this byte order");
  const [start, count] = [header.getUint32(8, true), header.getUint32(16, true)];
  if (count > MOST_NAMES) throw file.invalid("locale archive with too many names");
  const table = viewOf(file.bytes(start, count * NAME_ENTRY, "names of the locale archive").slice());
  const records = new Map<string, number>();
  for (let at = 0; at < table.byteLength; at += NAME_ENTRY) {
    const [name, record] = [table.getUint32(at + 4, true), table.getUint32(at + 8, true)];
    if (record !== 0) records.set(file.text(name, LONGEST_NAME, "name of a locale"), record);
  }
  return records;
}

function readRecord(file: FileWindow, at: number): Map<string, Uint8Array> {
  const record = viewOf(file.bytes(at, RECORD, "record of a locale").slice());
  const categories = new Map<string, Uint8Array>();
  for (const [index, category] of CATEGORIES.entries()) {
    const length = record.getUint32(8 + 8 * index, true);
    if (category === undefined || length === 0) continue;
    if (length > LARGEST_CATEGORY) throw file.invalid(`${category} of an impossible size`);
    categories.set(category, file.bytes(record.getUint32(4 + 8 * index, true), length, category).slice());
  }
  return categories;
}
