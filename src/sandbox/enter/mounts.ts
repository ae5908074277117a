/** Plans that change the mounts of containers that run. No command is started: all is done before a clone that never comes. */
import { block } from "../../plan/block.ts";
import type { EncodedPlan, Op } from "../../plan/plan.ts";
import type { MountChoice } from "../mounts/options.ts";

/** A container whose mounts change. */
export interface MountTarget {
  readonly title: string;
  readonly pid: number;
  /** Ticks from boot to its start, see proc_pid_stat(5). */
  readonly start: number;
  /** The rights over its mounts come from the user namespace that owns them. */
  readonly join: boolean;
}

/** Where something is to stand: `path` begins with a slash. */
export interface Place {
  readonly container: MountTarget;
  readonly path: string;
}

/** What the set-up of a container made, of nsbox or of others: masks, devices, the kernel's filesystems. */
const KEPT = "/proc,/sys,/dev";

/** The slot of what is copied, and the first of those that are shared. */
const SLOT = 1;

const open = ({ title, pid, start }: MountTarget): Op => ({
  op: "open_target",
  title,
  pid,
  start,
  root: 1,
  mounts: 1,
});

const number = (yes: boolean): number => (yes ? 1 : 0);

const plan = (ops: readonly Op[], title: string, display: string, bytes: boolean): EncodedPlan => ({
  blocks: ops.map(block),
  argv: [title],
  env: [],
  display,
  bytes,
});

/** `source` of the caller's on a path of a container. */
export function planMount(
  source: string,
  { container, path }: Place,
  { set, clear, recursive, propagation }: MountChoice,
  display: string,
  bytes: boolean,
): EncodedPlan {
  const where = { container: 0, join: number(container.join) };
  const copy = { slot: SLOT, path: source, recursive: number(recursive), set, clear, propagation };
  const ops: Op[] = [
    open(container),
    { op: "copy_tree", ...copy, ...where },
    { op: "attach_tree", slot: SLOT, target: path, ...where },
  ];
  return plan(ops, "mount", display, bytes);
}

/** One filesystem in memory on a path of each container, and nowhere else. */
export function planPrivate(
  places: readonly Place[],
  options: string,
  set: number,
  display: string,
  bytes: boolean,
): EncodedPlan {
  const joins = places.map(({ container }) => number(container.join));
  const ops: Op[] = [
    ...places.map(({ container }) => open(container)),
    { op: "shared_tree", count: places.length, options, set, container: 0, join: joins[0] ?? 0 },
    ...places.map(
      ({ path }, container): Op => ({
        op: "attach_tree",
        slot: SLOT + container,
        target: path,
        container,
        join: joins[container] ?? 0,
      }),
    ),
  ];
  return plan(ops, "mount", display, bytes);
}

/** What stands on a path of a container, away. */
export function planUnmount(
  { container, path }: Place,
  lazy: boolean,
  display: string,
  bytes: boolean,
): EncodedPlan {
  const where = { container: 0, join: number(container.join) };
  const ops: Op[] = [
    open(container),
    { op: "detach_tree", target: path, keep: KEPT, lazy: number(lazy), ...where },
  ];
  return plan(ops, "umount", display, bytes);
}
