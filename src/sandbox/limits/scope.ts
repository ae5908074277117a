/** Who manages the run's cgroups: systemd, where it is PID 1, gives a scope; elsewhere plain files do. */
import { directoryOf, type Hierarchy, hierarchiesOf, wordsOf } from "../../cgroup/hierarchy.ts";
import { SYSTEM } from "../../cgroup/look.ts";
import { attachToScope, busGreeting, groupOfSlice, startScope } from "../../cgroup/systemd.ts";
import type { Op } from "../../plan/plan.ts";
import { statOf } from "../../sys/files.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import type { Caller } from "../request.ts";
import { cgroupMounts, membershipsOf } from "./layout.ts";

/** The managers by their names. */
export const MANAGERS = ["auto", "systemd", "files"] as const;

/** What is to be found out. */
export interface ManagerTask {
  readonly manager: (typeof MANAGERS)[number];
  /** `--cgroup`, where it names a slice. */
  readonly slice: string | undefined;
  /** `--cgroup` names a group by its path. */
  readonly hasParent: boolean;
  readonly hierarchies: readonly Hierarchy[];
  readonly caller: Pick<Caller, "uid" | "env">;
  readonly id: string;
  readonly command: readonly string[];
}

/** A scope to come. */
export interface Scope {
  readonly hierarchy: Hierarchy;
  /** Its group, a path below the mount. */
  readonly group: string;
  /** What can be limited in it. */
  readonly controllers: readonly string[];
  /** The operation that makes it. */
  op(optional: boolean): Op;
}

const BOOTED = "/run/systemd/system";
const [S_IFMT, S_IFDIR, S_IFSOCK] = [0o170000, 0o040000, 0o140000];
const MOST_WORDS = 80;

const isType = (path: string, type: number): boolean => ((statOf(path)?.mode ?? 0) & S_IFMT) === type;

/** Where a manager listens, and its group. */
interface Manager {
  readonly title: string;
  readonly socket: string;
  readonly bus: string;
  readonly group: string;
  readonly slice: string;
}

/** The group that PID 1 has, without the scope that it is in itself. */
function rootGroup(): string {
  const v2 = hierarchiesOf(membershipsOf(1), cgroupMounts(), SYSTEM).find(({ version }) => version === 2);
  return (v2?.own ?? "").replace(/\/init\.scope$/, "");
}

function managerOf({ uid, env }: ManagerTask["caller"]): Manager {
  if (uid === 0) {
    return {
      title: "systemd",
      socket: "/run/systemd/private",
      bus: "/run/dbus/system_bus_socket",
      group: rootGroup(),
      slice: "system.slice",
    };
  }
  const given = env["XDG_RUNTIME_DIR"];
  const runtime = given?.startsWith("/") ? given : `/run/user/${uid}`;
  return {
    title: `systemd of user ${uid}`,
    socket: `${runtime}/systemd/private`,
    bus: `${runtime}/bus`,
    group: `${rootGroup()}/user.slice/user-${uid}.slice/user@${uid}.service`,
    slice: "app.slice",
  };
}

/** Why there is no scope to be had; undefined where there is. */
function obstacle({ socket, bus, group }: Manager, { hierarchies, caller }: ManagerTask) {
  if (!isType(BOOTED, S_IFDIR)) return { cause: `systemd is not PID 1 here: there is no "${BOOTED}"` };
  if (
    hierarchies.some(
      ({ version, controllers }) => version === 1 && controllers.some((name) => !name.includes("=")),
    )
  ) {
    return {
      cause:
        "controllers are in cgroup hierarchies of version 1 here, and nsbox asks systemd for version 2 alone",
    };
  }
  const v2 = hierarchies.find(({ version }) => version === 2);
  if (v2 === undefined) return { cause: "no cgroup hierarchy of version 2 is mounted here" };
  if (!isType(socket, S_IFSOCK) && !isType(bus, S_IFSOCK)) {
    return {
      cause: `neither "${socket}" nor "${bus}" is there to be asked`,
      ...(caller.uid === 0 ? {} : { hint: `As root: loginctl enable-linger ${caller.uid}` }),
    };
  }
  if (statOf(directoryOf(v2, group)) === undefined) {
    return { cause: `its cgroup "${directoryOf(v2, group)}" is not there` };
  }
  return undefined;
}

/**
 * The scope of a run; undefined where plain files are to do.
 * @throws NsboxError where systemd was named, by a slice too, and cannot be had.
 */
export function chooseScope(task: ManagerTask): Scope | undefined {
  const { slice, id, command } = task;
  const isNamed = task.manager === "systemd" || slice !== undefined;
  if (task.manager === "files" && slice !== undefined) {
    throw new UsageError(
      `Option "--cgroup ${slice}" names a slice of systemd's, and "--cgroup-manager files" excludes that`,
    );
  }
  if (task.manager === "systemd" && task.hasParent) {
    throw new UsageError(
      'With "--cgroup-manager systemd", "--cgroup" takes the name of a slice',
      "--cgroup my.slice",
    );
  }
  if (task.manager === "files" || task.hasParent) return undefined;
  // Most machines without systemd are not asked for more.
  if (!isNamed && !isType(BOOTED, S_IFDIR)) return undefined;
  const manager = managerOf(task.caller);
  const why = obstacle(manager, task);
  if (why !== undefined) {
    if (!isNamed) return undefined;
    throw new NsboxError("Cannot have systemd make a cgroup", {
      hint: "--cgroup-manager files",
      ...why,
      code: "no-systemd",
    });
  }
  const hierarchy = task.hierarchies.find(({ version }) => version === 2)!;
  const unit = `nsbox-${id}.scope`;
  const chosen = slice ?? manager.slice;
  const group = `${manager.group}${groupOfSlice(chosen)}/${unit}`;
  const { bytes, later } = startScope({
    unit,
    slice: chosen,
    description: `nsbox: ${command.join(" ").slice(0, MOST_WORDS)}`.replace(/[\p{Cc}\p{Cs}\uFFFD]/gu, "?"),
  });
  return {
    hierarchy,
    group,
    controllers: wordsOf(SYSTEM.text(`${directoryOf(hierarchy, manager.group)}/cgroup.controllers`)),
    op: (optional) => ({
      op: "systemd_scope",
      unit,
      group: directoryOf(hierarchy, group),
      socket: manager.socket,
      bus: manager.bus,
      greeting: busGreeting().toBase64(),
      message: bytes.toBase64(),
      pid: later[0]![0],
      optional: Number(optional),
    }),
  };
}

/** The scope of a run in the path of a group, and the systemd of whom. */
const SCOPE_OF_USER = /^(.*\/user@\d+\.service)\/.*?(nsbox-[0-9a-f]{12}\.scope)\//;

/**
 * What puts the monitor of a user's `nsbox exec` beside that of the run, so that it may put a process into `groups`;
 * undefined where there is no need: for root, and where the caller is in a group of that systemd's already.
 */
export function attachOp(
  groups: readonly { readonly path: string }[],
  caller: ManagerTask["caller"],
): Op | undefined {
  const [, manager, unit] =
    groups.map(({ path }) => SCOPE_OF_USER.exec(`${path}/`)).find((found) => found !== null) ?? [];
  if (caller.uid === 0 || manager === undefined || unit === undefined) return undefined;
  const v2 = hierarchiesOf(membershipsOf("self"), cgroupMounts(), SYSTEM).find(
    ({ version }) => version === 2,
  );
  if (v2?.own !== undefined && directoryOf(v2, v2.own).startsWith(`${manager}/`)) return undefined;
  const { socket, bus } = managerOf(caller);
  const { bytes, later } = attachToScope(unit, "/nsbox");
  return {
    op: "systemd_attach",
    unit,
    socket,
    bus,
    greeting: busGreeting().toBase64(),
    message: bytes.toBase64(),
    pid: later[0]![0],
  };
}
