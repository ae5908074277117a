/** What cannot be, said before anything is done. */
import { KINDS } from "../../ns/kinds.ts";
import { PROPAGATION } from "../../plan/constants.ts";
import { UsageError } from "../../util/errors.ts";
import type { Places } from "./places.ts";
import type { MountFacts, MountItem, MountsRequest } from "./request.ts";
import type { MountType } from "./types.ts";

/** What was asked for, as the user wrote it; undefined where it was nothing. */
function asked(request: MountsRequest): string | undefined {
  const { items, overlay, lower, propagation, unmask } = request;
  if (request.noTree) return 'ROOTFS "none"';
  const switches = {
    "--overlay": overlay === "memory",
    "--overlay-dir": overlay !== undefined,
    "--lower": lower.length > 0,
    "--read-only": request.readOnly,
    "--propagation": propagation !== undefined,
    "--dev-bind": request.hostDevices,
    "--unmask": unmask.length > 0,
  };
  const word = items[0]?.typed ?? Object.entries(switches).find(([, given]) => given)?.[0];
  return word === undefined ? undefined : `Option "${word}"`;
}

/** @throws UsageError where there is no mount namespace to mount in. */
export function checkKind(request: MountsRequest, { kinds }: MountFacts): void {
  const word = kinds.includes("mnt") ? undefined : asked(request);
  if (word === undefined) return;
  throw new UsageError(`${word} needs a mount namespace of the command's own`, 'Add "-m" ("--mount-ns")');
}

/** OVL_MAX_STACK of the kernel. */
export const MOST_LAYERS = 500;

/** @throws UsageError where there are more layers than the kernel takes. */
export function checkLayers(count: number): void {
  if (count > MOST_LAYERS) {
    throw new UsageError(`${count} layers: the kernel takes ${MOST_LAYERS} layers at most`);
  }
}

/** A plan has 8192 steps at most, and others need theirs; `-v` doubles them. */
const MOST_STEPS = 3900;

/** The helper keeps 1024 sources: the first is ROOTFS, the last the host's /proc. */
const MOST_SOURCES = 1022;

/** @throws UsageError where there are more steps, or more sources, than a plan can hold. */
export function checkSteps(count: number, sources: number): void {
  const most =
    sources > MOST_SOURCES
      ? `open ${sources} files and directories of the host, and ${MOST_SOURCES}`
      : count > MOST_STEPS
        ? `make ${count} steps, and ${MOST_STEPS}`
        : undefined;
  if (most === undefined) return;
  throw new UsageError(
    `The options for mounts ${most} are the most`,
    "Bind a directory instead of each file in it",
  );
}

/** @throws UsageError where a bind's owners cannot be mapped. `handed`: root opens what is bound. */
export function checkIdmap(
  item: MountItem & { kind: "bind" },
  { mayMount }: MountsRequest,
  { uid, copied }: MountFacts,
  handed: boolean,
): void {
  if (!item.choice.idmap || handed) return;
  const option = `"${item.typed}": the option idmap`;
  if (copied) throw new UsageError(`${option} is not for the copy of a mount namespace`);
  if (uid === 0 && !mayMount) throw new UsageError(`${option} needs CAP_SYS_ADMIN, which this root lacks`);
  throw new UsageError(
    `${option} is for root, and needs a user namespace`,
    uid === 0 ? 'Add "-U" with a map of ids' : undefined,
  );
}

/** @throws UsageError where propagation is asked for that cannot be had. */
export function checkPropagation({ propagation, noTree }: MountsRequest, ownRoot: boolean): void {
  if (propagation !== PROPAGATION.MS_SLAVE || !ownRoot) return;
  throw new UsageError(
    `With ${noTree ? 'ROOTFS "none"' : "an overlay"} nothing that is mounted below ROOTFS can come in, as "--propagation slave" wants`,
    'For one directory: "-b SRC:DST:slave"',
  );
}

/**
 * The copy of a mount namespace has its root, and all that is in it, already.
 * @throws UsageError where something else is asked for than mounts on what is there.
 */
export function checkCopied(request: MountsRequest, { copied }: MountFacts): void {
  if (!copied) return;
  const { overlay, lower, propagation, hostDevices } = request;
  const switches = {
    "--overlay": overlay === "memory",
    "--overlay-dir": overlay !== undefined,
    "--lower": lower.length > 0,
    "--propagation": propagation !== undefined,
    "--dev-bind": hostDevices,
  };
  const word = Object.entries(switches).find(([, given]) => given)?.[0];
  if (word === undefined) return;
  throw new UsageError(
    `Option "${word}" is not for a mount namespace that is joined: its root is there already`,
    "--bind, --tmpfs, --mount and --read-only change what is seen of it",
  );
}

/** @throws UsageError where a file would be made, or need a place to be kept at, in another's root. */
export function refuseFile(item: MountItem, { copied }: MountFacts): void {
  if (!copied) return;
  throw new UsageError(
    `"${item.typed}" would make a file in a mount namespace that is joined`,
    'Mount a "--tmpfs" there before, or bind a file of that namespace',
  );
}

/** @throws UsageError where mounts made inside were to reach the host, and the kernel does not let them. */
export function checkShared(item: MountItem & { kind: "bind" }, { kinds }: MountFacts): void {
  if (item.choice.propagation !== PROPAGATION.MS_SHARED || !kinds.includes("user")) return;
  throw new UsageError(
    `"${item.typed}": what is mounted in a user namespace never reaches the host`,
    'With "slave" the host\'s mounts appear inside; "shared" is for root without "-U"',
  );
}

/** @throws UsageError where the kernel would refuse the type in this user namespace. */
export function checkFilesystem(item: MountItem, type: MountType, { kinds }: MountFacts): void {
  if (type.needs === undefined || !kinds.includes("user")) return;
  if (type.needs === "none") {
    throw new UsageError(
      `"${item.typed}": the kernel mounts no ${type.name} image in a user namespace`,
      type.name === "squashfs"
        ? 'Run as root without "-U", or let squashfuse mount it and bind that'
        : 'Run as root without "-U", or let erofsfuse mount it and bind that',
    );
  }
  if (kinds.includes(type.needs)) return;
  const kind = KINDS.find(({ name }) => name === type.needs)!;
  throw new UsageError(
    `"${item.typed}": in a user namespace it needs a ${kind.title} namespace of the command's own`,
    `Add "-${kind.letter}" ("--${kind.long}")`,
  );
}

/** What the things that are made are called. */
const WORDS: Readonly<Record<string, string>> = { symlink: "link", dir: "directory" };

/** @throws UsageError where something would be made in ROOTFS itself, or on the host. */
export function refuseInTree(item: MountItem, places: Places): void {
  const place = places.find(item.target);
  if (place === "memory" || place === "kept") return;
  const where = {
    tree: "ROOTFS",
    host: "a directory of the host",
    joined: "a mount namespace that is joined",
    kernel: "a filesystem of the kernel",
  };
  throw new UsageError(
    `"${item.typed}" would make a ${WORDS[item.kind] ?? "file"} in ${where[place]}`,
    place === "tree"
      ? 'Keep changes out of ROOTFS with "--overlay", begin with ROOTFS none, or mount a "--tmpfs" there before'
      : 'Mount a "--tmpfs" there before',
  );
}
