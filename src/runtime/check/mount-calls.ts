/** Whether the newer calls around mounts are there, see openat2(2), fsopen(2), mount_setattr(2). */
import { flagOf } from "../../ns/kinds.ts";
import { attempt, pipe, TRIED } from "../../sys/attempt.ts";
import { AT_FDCWD, SYS } from "../../sys/constants.ts";
import { errnoText } from "../../sys/errno.ts";
import { syscall } from "../../sys/ffi.ts";
import {
  type Answer,
  inSandbox,
  isAdmin,
  missing,
  noSandbox,
  ok,
  type Probe,
  ROOT_ONLY,
  refused,
  Steps,
} from "./probe.ts";

const [EINVAL, ENOSYS] = [22, 38];
const [FSCONFIG_CMD_CREATE, MOVE_MOUNT_F_EMPTY_PATH] = [6, 4];
const [OPEN_TREE_CLONE, AT_RECURSIVE, AT_EMPTY_PATH] = [1, 0x8000, 0x1000];
const [MOUNT_ATTR_RDONLY, MOUNT_ATTR_IDMAP] = [1n, 0x100000n];

function probeMountCalls(): Answer {
  const { errno, prepared } = inSandbox([], !isAdmin(), (steps) => {
    steps.call(TRIED.mkdirat, AT_FDCWD, "on", 0o755);
    const context = steps.call(TRIED.fsopen, "tmpfs", 0);
    steps.call(TRIED.fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0);
    const mount = steps.call(TRIED.fsmount, context, 0, 0);
    steps.call(TRIED.move_mount, mount, "", AT_FDCWD, "on", MOVE_MOUNT_F_EMPTY_PATH);
  });
  if (errno === 0) return ok();
  if (!prepared) return noSandbox();
  return errno === ENOSYS
    ? missing("fsopen and its like came with Linux 5.2; the older calls are used")
    : refused(`fsopen, fsmount, move_mount: ${errnoText(errno)}`);
}

function probeAttributes(): Answer {
  const { errno, prepared } = inSandbox([], !isAdmin(), (steps) => {
    const tree = steps.call(TRIED.open_tree, AT_FDCWD, ".", OPEN_TREE_CLONE | AT_RECURSIVE);
    const attributes = new BigUint64Array([MOUNT_ATTR_RDONLY, 0n, 0n, 0n]);
    steps.call(
      TRIED.mount_setattr,
      tree,
      "",
      AT_EMPTY_PATH | AT_RECURSIVE,
      attributes,
      attributes.byteLength,
    );
  });
  if (errno === 0) return ok();
  if (!prepared) return noSandbox();
  return errno === ENOSYS
    ? missing("mount_setattr came with Linux 5.12; mounts are changed one by one")
    : refused(`mount_setattr: ${errnoText(errno)}`);
}

const RESOLVE_IN_ROOT = 16n;

function probeOpenat2(): Answer {
  const how = new BigUint64Array([0o10000000n, 0n, RESOLVE_IN_ROOT]);
  const step = {
    number: SYS.openat2,
    args: [AT_FDCWD, new TextEncoder().encode(".\0"), how, how.byteLength],
  };
  const { errno } = attempt(0, [step]);
  if (errno === 0) return ok();
  return errno === ENOSYS
    ? missing("openat2 came with Linux 5.6; paths are walked step by step")
    : refused(`openat2: ${errnoText(errno)}`);
}

/** Owners of a tmpfs mapped by the user namespace of a second child. */
function probeIdmap(): Answer {
  if (!isAdmin()) return refused(ROOT_ONLY);
  const gate = pipe();
  let tried: ReturnType<typeof inSandbox> | undefined;
  try {
    const wait = [{ number: SYS.read, args: [gate.read, new Uint8Array(1), 1] }];
    const { failed } = attempt(flagOf("user"), wait, (pid) => {
      try {
        attempt(0, mapOf(pid).list);
        tried = inSandbox([], false, (steps) => {
          const user = steps.call(SYS.openat, AT_FDCWD, `/proc/${pid}/ns/user`, 0);
          const tree = steps.call(TRIED.open_tree, AT_FDCWD, ".", OPEN_TREE_CLONE);
          const attributes = new BigUint64Array([MOUNT_ATTR_IDMAP, 0n, 0n, 0n]);
          // The namespace's descriptor goes into the struct, which only the child knows.
          steps.call(SYS.fcntl, user, 0, USER_FD);
          attributes[3] = BigInt(USER_FD);
          steps.call(TRIED.mount_setattr, tree, "", AT_EMPTY_PATH, attributes, attributes.byteLength);
        });
      } finally {
        syscall(SYS.write, gate.write, new Uint8Array(1), 1);
      }
    });
    if (failed === -1 || tried === undefined || !tried.prepared) return noSandbox();
  } finally {
    gate.close();
  }
  const { errno } = tried;
  if (errno === 0) return ok("shown for tmpfs; each file system decides for itself");
  if (errno === ENOSYS) return missing("mount_setattr came with Linux 5.12");
  return errno === EINVAL
    ? missing("this kernel maps no owners of a tmpfs, which came with Linux 6.3; others may do")
    : refused(`mount_setattr: ${errnoText(errno)}`);
}

/** F_DUPFD takes the first free descriptor from there on: in a child that is this one. */
const USER_FD = 900;

function mapOf(pid: number): Steps {
  const steps = new Steps();
  for (const name of ["uid_map", "gid_map"]) steps.write(`/proc/${pid}/${name}`, "0 0 1");
  return steps;
}

/** The probes of calls around mounts. */
export const MOUNT_CALL_PROBES: readonly Probe[] = [
  {
    name: "openat2",
    title: "Paths resolved inside a root",
    for: "mounts on hostile trees, at full speed",
    optional: true,
    probe: probeOpenat2,
  },
  {
    name: "mount-calls",
    title: "The newer mount calls",
    for: "mounts by descriptor, never by path twice",
    optional: true,
    probe: probeMountCalls,
  },
  {
    name: "mount-attributes",
    title: "Attributes of whole mount trees",
    for: "recursive read-only binds",
    optional: true,
    probe: probeAttributes,
  },
  {
    name: "idmapped",
    title: "Mounts with mapped owners",
    for: "binds with the option idmap",
    optional: true,
    probe: probeIdmap,
  },
];
