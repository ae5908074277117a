/**
 * What nsbox wrote of its own containers: the directories of root and of other users, see docs/containers.md.
 * What an ordinary user wrote there is believed of what that user started, and of nothing else.
 */
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { readOwnFile } from "../../util/own-file.ts";
import type { Process } from "../model.ts";
import type { Sign } from "./engine.ts";

/** A status file takes 512 bytes at most: see csrc/state.c. */
const LARGEST = 4096;
/** More containers of one user are not looked at. */
const MOST = 10_000;
const WRITABLE_BY_OTHERS = 0o022;

/** The first process of a container, and who started it. */
export interface Begun extends Pick<Process, "pid" | "start"> {
  /** The uid of its parent, where that is known. */
  readonly starter: number | null | undefined;
}

interface Written {
  readonly id: string;
  readonly place: string;
}

/** Finds what is written of a container. Reads each directory once, when it is asked for the first time. */
export function ownContainers(): (begun: Begun) => Sign {
  let written: ReadonlyMap<string, Written> | undefined;
  const names = new Map<string, ReadonlyMap<string, string>>();
  return ({ pid, start, starter }) => {
    written ??= readPlaces();
    const found = written.get(`${starter} ${pid} ${start}`);
    if (found === undefined) return {};
    const { id, place } = found;
    if (!names.has(place)) names.set(place, readNames(place));
    return { id, name: names.get(place)?.get(id) };
  };
}

/** Directories that may hold containers: the caller's session may have its own place for them. */
const places = (): string[] => [
  ...(process.env["XDG_RUNTIME_DIR"]?.startsWith("/") ? [`${process.env["XDG_RUNTIME_DIR"]}/nsbox`] : []),
  "/run/nsbox",
  ...namesIn("/run/user").map((uid) => `/run/user/${uid}/nsbox`),
  ...namesIn("/tmp").flatMap((name) => (/^nsbox-\d+$/.test(name) ? [`/tmp/${name}`] : [])),
];

/** Starter, PID and start to the container that begins so. */
function readPlaces(): ReadonlyMap<string, Written> {
  const written = new Map<string, Written>();
  const counts = new Map<number, number>();
  for (const place of places()) {
    const owner = ownerOf(place);
    if (owner === undefined || ownerOf(`${place}/containers`) !== owner) continue;
    for (const id of namesIn(`${place}/containers`)) {
      const count = counts.get(owner) ?? 0;
      if (count >= MOST) break;
      counts.set(owner, count + 1);
      const status = readOwnFile(`${place}/containers/${id}/status`, LARGEST) ?? "";
      const [, process] = /^pid (\d+ \d+)$/m.exec(status) ?? [];
      const key = `${owner} ${process}`;
      if (process !== undefined && !written.has(key)) written.set(key, { id, place });
    }
  }
  return written;
}

/** Id to name. */
function readNames(place: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const name of namesIn(`${place}/names`).slice(0, MOST)) {
    try {
      names.set(readlinkSync(`${place}/names/${name}`), name);
    } catch {
      // No link: no name.
    }
  }
  return names;
}

/** Whose directory that is; undefined where it is none, or where others may write to it. */
function ownerOf(path: string): number | undefined {
  try {
    const stat = lstatSync(path);
    return stat.isDirectory() && (stat.mode & WRITABLE_BY_OTHERS) === 0 ? stat.uid : undefined;
  } catch {
    return undefined;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
