/** A request for mounts to the parts of a plan. Pure: it looks at nothing but its arguments. */
import { block } from "../../plan/block.ts";
import { MOUNT_ATTR, PROPAGATION } from "../../plan/constants.ts";
import type { Op } from "../../plan/plan.ts";
import { MountBuilder } from "./builder.ts";
import { checkCopied, checkKind, checkLayers, checkPropagation, checkSteps } from "./checks.ts";
import { MASKS, type Mask, maskOp } from "./masks.ts";
import type { MountPart } from "./part.ts";
import { Places } from "./places.ts";
import type { MountFacts, MountsRequest } from "./request.ts";

const { MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC } = MOUNT_ATTR;
const { MS_REC, MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE } = PROPAGATION;

/**
 * Plans mounts.
 * @throws UsageError where the request contradicts itself, or the kernel would refuse it.
 */
export function planMounts(request: MountsRequest, facts: MountFacts): MountPart {
  checkKind(request, facts);
  checkCopied(request, facts);
  const { noTree, hostDevices, readOnly } = request;
  const isOverlay = request.overlay !== undefined || request.lower.length > 0;
  const ownRoot = noTree || isOverlay;
  checkPropagation(request, ownRoot);
  const builder = new MountBuilder(request, facts, usualPlaces(ownRoot, request, facts));
  if (hostDevices) builder.hostDevices();
  const devices = hostDevices ? builder.mounts.splice(0) : undefined;
  const overlay = isOverlay ? overlayRoot(request, builder) : undefined;
  for (const item of request.items) builder.add(item);
  const { points, sources, outside, mounts, opened } = builder;
  checkSteps(points.length + sources.length + outside.length + mounts.length, opened);
  const masks = masksFor(request, facts);
  const inherits = request.propagation === MS_SLAVE || request.propagation === MS_SHARED;
  const root: Op[] = [{ op: "propagation", kind: MS_REC | (inherits ? MS_SLAVE : MS_PRIVATE) }];
  if (noTree) {
    const attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    root.push({ op: "memory_root", attributes, options: "mode=755" });
  } else if (overlay !== undefined) {
    if (overlay.upper === 0) root.push({ op: "scratch", options: "mode=755", bound: 0 });
    root.push(overlay);
  } else {
    if (builder.needsScratch) root.push({ op: "scratch", options: "mode=755", bound: 1 });
    root.push({ op: "bind_root", attributes: MOUNT_ATTR_NODEV | (readOnly ? MOUNT_ATTR_RDONLY : 0) });
  }
  // An overlay whose changes go to a directory keeps files that are bound elsewhere.
  if (overlay !== undefined && overlay.upper !== 0 && builder.needsScratch) {
    root.splice(1, 0, { op: "scratch", options: "mode=755", bound: 0 });
  }
  if (ownRoot) root.push(...usualDirectories(facts));
  const closed = ownRoot && (readOnly || (isOverlay && request.overlay === undefined));
  const list = (ops: readonly Op[]) => ops.map(block);
  if (facts.copied) root.splice(0, root.length, ...(readOnly ? [readOnlyRoot(1)] : []));
  return {
    ownRoot,
    noTree,
    reveals: ownRoot || request.unmask.includes("ALL"),
    manySources: opened > MANY_SOURCES,
    points: list(points),
    outside: list([...idmapRoot(request, facts), ...outside]),
    sources: list(sources),
    root: list(root),
    devices: devices && list(devices),
    sys: isUnmasked(request, "/sys") ? list([writableSys]) : undefined,
    mounts: list([...masks.first, ...mounts]),
    masks: list(masks.last),
    last: closed ? list([readOnlyRoot(0)]) : [],
    entered: list(entered(request, builder.entered)),
    descriptors: builder.descriptors,
  };
}

/** The usual limit on open files is 1024, and may be less. */
const MANY_SOURCES = 200;

const readOnlyRoot = (recursive: number): Op => ({
  op: "remount_root",
  attributes: MOUNT_ATTR_RDONLY,
  recursive,
});

const writableSys: Op = {
  op: "mount",
  type: "sysfs",
  source: "",
  target: "/sys",
  attributes: MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
  options: "",
  when: 0,
  make: 0,
};

/** What `../root.ts` mounts by itself. */
function usualPlaces(ownRoot: boolean, request: MountsRequest, { kinds, copied }: MountFacts): Places {
  const { hostDevices, overlay } = request;
  if (copied) return new Places("joined");
  const kept = overlay !== undefined && overlay !== "memory";
  const places = new Places(kept ? "kept" : ownRoot ? "memory" : "tree");
  places.add("/dev", hostDevices ? "host" : "memory");
  if (!hostDevices) places.add("/dev/pts", "kernel");
  if (kinds.includes("pid")) places.add("/proc", "kernel");
  if (kinds.includes("net")) places.add("/sys", "kernel");
  return places;
}

/** Where the root is the run's own they are made in it. */
function usualDirectories({ kinds }: MountFacts): Op[] {
  const ops: Op[] = [{ op: "directory", path: "/dev", mode: 0o755 }];
  ops.push({ op: "directory", path: "/proc", mode: 0o555 });
  if (kinds.includes("net")) ops.push({ op: "directory", path: "/sys", mode: 0o555 });
  ops.push({ op: "directory", path: "/tmp", mode: 0o1777 });
  return ops;
}

/** Changes that nobody asked to keep go to memory; where none were asked for the root is closed at the end. */
function overlayRoot({ lower, overlay }: MountsRequest, builder: MountBuilder): Op & { op: "overlay" } {
  checkLayers(lower.length + 1);
  const layers = lower.map((path) => builder.layerOverRoot(path)).reverse();
  const kept = overlay === undefined || overlay === "memory" ? undefined : overlay;
  return {
    op: "overlay",
    target: "",
    lower: [...layers, 0].join(),
    upper: kept === undefined ? 0 : builder.layer(kept.upper),
    work: kept === undefined ? 0 : builder.layer(kept.work),
    attributes: MOUNT_ATTR_NODEV,
    options: builder.overlayOptions,
  };
}

function idmapRoot({ noTree }: MountsRequest, { idmapRoot: wanted, kinds, quiet, copied }: MountFacts): Op[] {
  if (noTree || !wanted || copied || !kinds.includes("mnt")) return [];
  const note =
    "note: The owners of ROOTFS cannot be mapped on its filesystem: files of root are nobody's inside\n";
  return [{ op: "idmap_root", needed: 0, otherwise: quiet ? "" : note }];
}

/** What holds for the root is said last, and then again what was asked for by name for one bind. */
function entered({ propagation }: MountsRequest, named: readonly Op[]): Op[] {
  if (propagation !== MS_SHARED && propagation !== MS_UNBINDABLE) return [];
  return [{ op: "root_propagation", path: "/", kind: MS_REC | propagation }, ...named];
}

const isUnmasked = ({ unmask }: MountsRequest, path: string): boolean =>
  unmask.some((word) => word === "ALL" || path === word || path.startsWith(`${word}/`));

/**
 * Masks come last, over whatever was mounted. But what was asked for at a hidden path is not hidden, and
 * what was asked for below a read-only one is left as it is. The copy of a mount namespace is left as it is.
 */
function masksFor(request: MountsRequest, { kinds, copied }: MountFacts): { first: Op[]; last: Op[] } {
  const targets = request.items.map(({ target }) => target);
  const atOrBelow = (path: string) =>
    targets.some((target) => target === path || target.startsWith(`${path}/`));
  const ownSys = kinds.includes("net");
  const wanted = MASKS.filter(({ path }) => !isUnmasked(request, path) && !(path === "/sys" && ownSys));
  const isFirst = (mask: Mask) => mask.how === "read-only" && atOrBelow(mask.path);
  const usual = copied ? [] : wanted.filter((mask) => isFirst(mask) || !atOrBelow(mask.path));
  const others = request.items.flatMap((item) => {
    if (item.kind !== "filesystem") return [];
    const place = { proc: "/proc", sysfs: "/sys" }[item.type.name];
    if (place === undefined || (item.target === place && !copied)) return [];
    return wanted
      .filter(({ path }) => path.startsWith(`${place}/`))
      .map((mask) => maskOp(mask, item.target + mask.path.slice(place.length)));
  });
  return {
    first: usual.filter(isFirst).map((mask) => maskOp(mask, mask.path)),
    last: [...usual.filter((mask) => !isFirst(mask)).map((mask) => maskOp(mask, mask.path)), ...others],
  };
}
