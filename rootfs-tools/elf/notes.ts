/** The notes in an ELF file that are loaded with it, see elf(5). */
import { closeSync, fstatSync } from "node:fs";
import { failed } from "../files/failure.ts";
import { openWithoutLinks } from "../files/small-file.ts";
import { isElf } from "./elf.ts";
import { FileWindow } from "./file-window.ts";

/** One note. */
export interface Note {
  /** Who defines what `type` means: `GNU`, `FDO`. */
  readonly owner: string;
  readonly type: number;
  readonly content: Uint8Array;
}

const PT_NOTE = 4;
/** Real files have some hundred bytes of them. */
const MOST_NOTES = 2 ** 20;

/**
 * The notes of the file at `source`; none where it is no ELF file of this byte order. Throws an error that
 * calls the file `name` where it cannot be read, or its notes are garbage.
 */
export function readNotes(source: string, name: string): Note[] {
  let fd: number | undefined;
  try {
    fd = openWithoutLinks(source);
    const stat = fstatSync(fd);
    return stat.isFile() ? notesIn(new FileWindow(name, fd, stat.size)) : [];
  } catch (error) {
    throw failed(`Cannot read "${name}"`, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function notesIn(file: FileWindow): Note[] {
  if (file.size < 64) return [];
  const header = viewOf(file.bytes(0, 64, "ELF header").slice());
  const [wide, little] = [header.getUint8(4) === 2, header.getUint8(5) === 1];
  if (!isElf(new Uint8Array(header.buffer)) || !little) return [];
  const long = (view: DataView, at: number): number =>
    wide ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true);
  const [size, count] = [header.getUint16(wide ? 54 : 42, true), header.getUint16(wide ? 56 : 44, true)];
  if (count === 0 || size < (wide ? 56 : 32)) return [];
  const table = viewOf(file.bytes(long(header, wide ? 32 : 28), size * count, "program headers").slice());
  const notes: Note[] = [];
  for (let at = 0; at < table.byteLength; at += size) {
    if (table.getUint32(at, true) !== PT_NOTE) continue;
    const [offset, length] = [long(table, at + (wide ? 8 : 4)), long(table, at + (wide ? 32 : 16))];
    const alignment = long(table, at + (wide ? 48 : 28)) === 8 ? 8 : 4;
    if (length > MOST_NOTES) throw file.invalid("notes of an impossible size");
    notes.push(...split(file, file.bytes(offset, length, "notes").slice(), alignment));
  }
  return notes;
}

/** Owner and content each end at a multiple of `alignment`. */
function split(file: FileWindow, bytes: Uint8Array, alignment: number): Note[] {
  const view = viewOf(bytes);
  const padded = (length: number) => Math.ceil(length / alignment) * alignment;
  const notes: Note[] = [];
  for (let at = 0; at + 12 <= bytes.length; ) {
    const [owner, content] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const start = at + padded(12 + owner);
    if (start + content > bytes.length) throw file.invalid("a note past the end of its segment");
    notes.push({
      owner: new TextDecoder().decode(bytes.subarray(at + 12, at + 12 + owner)).replace(/\0+$/, ""),
      type: view.getUint32(at + 8, true),
      content: bytes.slice(start, start + content),
    });
    at = start + padded(content);
  }
  return notes;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
