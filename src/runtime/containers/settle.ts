/**
 * What a container is doing now, and what a killed supervisor, a reboot or a killed nsbox left of it put right
 * on the way. Only who holds the lock repairs, and after a second look.
 */
import { lstatSync, readdirSync, type Stats } from "node:fs";
import { thaw } from "../limits/freeze.ts";
import { type ContainerConfig, readConfig } from "./config.ts";
import { removeContainer } from "./create.ts";
import { type Lock, tryLock } from "./lock.ts";
import { idOf, isId, namesById } from "./names.ts";
import { checkOwned, type Place } from "./place.ts";
import { awaitEnd, hasEnded, signalProcess } from "./process.ts";
import { readStatus, type Status, UNKNOWN, writeStatus } from "./status.ts";

/** A container as it was found. */
export interface Container {
  readonly id: string;
  readonly name: string | undefined;
  readonly directory: string;
  /** Undefined where `config.json` cannot be read. */
  readonly config: ContainerConfig | undefined;
  /** Undefined while it is being made: no supervisor has written one yet. */
  readonly status: Status | undefined;
}

/** One without a status is half-made after that long, in milliseconds; before, somebody may be making it. */
const MAKING = 10_000;
const SIGKILL = 9;
const KILLED = 137;
/** How long the kernel may take to end a killed process, in milliseconds. */
const DYING = 5000;

/** A supervisor is there. */
export const isLive = ({ status }: Container): boolean => status !== undefined && status.state !== "exited";

/**
 * Container `id`; undefined where there is none, or only what a killed nsbox left of one, which is removed.
 * @throws NsboxError where its directory is another's or a link.
 */
export function settle(place: Place, id: string, name: string | undefined): Container | undefined {
  const directory = `${place.containers}/${id}`;
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  checkOwned(directory, stat);
  const container = { id, name, directory, config: readConfig(directory) };
  const status = readStatus(directory);
  const removes = container.config?.remove === true;
  if (status === "none" && isYoung(stat) && !isAbandoned(container.config))
    return { ...container, status: undefined };
  if (status !== "none" && status?.state === "exited" && !removes) return { ...container, status };
  const lock = tryLock(directory);
  // A supervisor holds it: what its status says is true, and where that is no status, it will be one.
  if (lock === undefined) return { ...container, status: status === "none" ? undefined : status };
  return repair(container, removes, lock);
}

const isYoung = (stat: Stats): boolean => Math.abs(Date.now() - stat.mtimeMs) < MAKING;

/** Whoever made it was killed before there was a supervisor. */
const isAbandoned = (config: ContainerConfig | undefined): boolean =>
  typeof config?.maker === "object" && hasEnded(config.maker);

function repair(found: Omit<Container, "status">, removes: boolean, lock: Lock): Container | undefined {
  const { directory, name } = found;
  try {
    const status = readStatus(directory);
    if (status !== "none" && status?.state !== "exited") endLost(found.id, status);
    // Whose command never ran is half-made, as one whose set-up fails.
    if (status === "none" || status?.state === "created" || removes) {
      removeContainer(directory, name);
      return undefined;
    }
    if (status?.state === "exited") return { ...found, status };
    const lost: Status = { ...(status ?? UNKNOWN), ...LOST, ended: BigInt(Date.now()) * 1_000_000n };
    try {
      writeStatus(directory, lost);
    } catch {
      // A full disk: the next command repairs it.
    }
    return { ...found, status: lost };
  } finally {
    lock.release();
  }
}

const { supervisor, monitor, pid } = UNKNOWN;
const LOST = { state: "exited", supervisor, monitor, pid, status: KILLED, lost: true } as const;

/** The monitor ends with its supervisor and takes the container with it; this is for the case that it could not. */
function endLost(id: string, status: Status | undefined): void {
  if (status === undefined) return;
  thaw({ id, status });
  for (const process of [status.pid, status.monitor]) {
    if (signalProcess(process, SIGKILL) === 0) awaitEnd(process, DYING);
  }
}

/** All containers by the time they were made, and the directories that could not be trusted. */
export interface Listing {
  readonly containers: readonly Container[];
  readonly refused: readonly unknown[];
}

/** Looks at every container. No process is started, and a few files of each are read. */
export function listContainers(place: Place): Listing {
  const names = namesById(place);
  const containers: Container[] = [];
  const refused: unknown[] = [];
  for (const id of readdirSync(place.containers).filter(isId)) {
    try {
      const container = settle(place, id, names.get(id));
      if (container !== undefined) containers.push(container);
    } catch (error) {
      refused.push(error);
    }
  }
  const madeAt = ({ config, id }: Container) => `${config?.created ?? ""} ${id}`;
  containers.sort((a, b) => (madeAt(a) < madeAt(b) ? -1 : 1));
  return { containers, refused };
}

/** The one container that `word` means: a name, an id, or the beginning of one; else all that it may mean. */
export function resolve(place: Place, word: string): Container | readonly string[] {
  const named = idOf(place, word);
  const ids = named === undefined ? readdirSync(place.containers).filter(isId) : [];
  const begun = /^[a-f][0-9a-f]*$/.test(word) ? ids.filter((id) => id.startsWith(word)) : [];
  const id = named ?? (begun.length === 1 ? begun[0] : undefined);
  if (id === undefined) return begun;
  return settle(place, id, named === undefined ? namesById(place).get(id) : word) ?? [];
}
