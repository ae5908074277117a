/** Which parts of the host become overlays, so that whatever is changed below them is lost. */
import { accessSync, constants, lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { ownMounts } from "../../ns/own-mounts.ts";

/** What `planTrace` is told of the host's tree. */
export interface Layers {
  readonly overlays: readonly string[];
  readonly binds: readonly string[];
}

/** Left as they are: the kernel's, and what the sandbox has of its own. */
const OWN = ["/proc", "/sys", "/dev"];

/** Directories in which an ordinary user has nothing to write, unless it may write there. */
const SYSTEM = ["bin", "boot", "etc", "lib", "lib32", "lib64", "libx32", "sbin", "usr"].map((n) => `/${n}`);

/** Types that overlayfs takes for no layer, or that somebody else answers for. See its documentation. */
const UNFIT =
  /^(?:autofs|fuse(?:\..*|blk)?|vfat|msdos|exfat|ntfs3?|hfs(?:plus)?|proc|sysfs|cgroup2?|.*fs_kernel|bpf|debugfs|tracefs|securityfs|configfs|efivarfs|pstore|binfmt_misc|mqueue|hugetlbfs|devpts|devtmpfs|nsfs|ramfs_kernel)$/;

/** Each socket is a descriptor while the sandbox is set up. */
const MOST_SOCKETS = 400;

interface Mount {
  readonly path: string;
  readonly type: string;
}

const isBelow = (path: string, directory: string): boolean =>
  directory === "/" || path.startsWith(`${directory}/`);
const isOwn = (path: string): boolean => OWN.some((own) => path === own || isBelow(path, own));

/** The mounts that can be seen, the last one of each place, those above before those below. */
function mounts(): Mount[] {
  const found = new Map<string, Mount>();
  for (const { path, type } of ownMounts()) found.set(path, { path, type });
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** `path` as the caller may look at it: undefined where it may not. */
function typeOf(path: string): "directory" | "socket" | "other" | undefined {
  try {
    const stat = lstatSync(path);
    return stat.isDirectory() ? "directory" : stat.isSocket() ? "socket" : "other";
  } catch {
    return undefined;
  }
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Those of `paths` that are directories of their own, without links, that may be written to. */
function writable(paths: readonly (string | undefined)[]): string[] {
  return paths.flatMap((path) => {
    try {
      const real = realpathSync(path ?? "");
      return path !== "" && real !== "/" && mayWrite(real) && typeOf(real) === "directory" ? [real] : [];
    } catch {
      return [];
    }
  });
}

/**
 * The directories of `/` and the mounts below them. In a user namespace a directory with mounts in it can be no
 * layer, and stays read-only; so does what an ordinary user cannot write anyway. There nothing can be copied up
 * from a directory of somebody else's either, whose id is not mapped: `places`, where the command is likely to
 * write, have overlays of their own, whose top is the user's.
 */
export function layersOfHost(isRoot: boolean, places: readonly (string | undefined)[]): Layers {
  const all = mounts();
  const below = all.filter(({ path }) => path !== "/" && !isOwn(path));
  const rootType = all.find(({ path }) => path === "/")?.type ?? "";
  const found = new Map<string, string>();
  for (const name of readdirSync("/")) found.set(`/${name}`, rootType);
  for (const { path, type } of below) found.set(path, type);
  for (const path of isRoot ? [] : writable(places)) {
    const holder = all.findLast((mount) => path === mount.path || isBelow(path, mount.path));
    if (!isOwn(path)) found.set(path, holder?.type ?? "");
  }
  const overlays: string[] = [];
  const binds: string[] = [];
  const isCovered = (path: string) => overlays.some((overlay) => isBelow(path, overlay));
  for (const [path, type] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const kind = isOwn(path) ? undefined : typeOf(path);
    if (kind === undefined) continue;
    const holdsMounts = below.some((mount) => isBelow(mount.path, path));
    const isFree = isRoot || (!holdsMounts && (!SYSTEM.includes(path) || mayWrite(path)));
    if (kind === "directory" && !UNFIT.test(type) && isFree) overlays.push(path);
    else if (isCovered(path)) binds.push(path);
  }
  const sockets = boundSockets().filter((path) => isCovered(path) && typeOf(path) === "socket");
  return { overlays, binds: [...binds, ...sockets.slice(0, MOST_SOCKETS)] };
}

/** The paths of sockets that somebody has bound, see proc_net_unix in proc_pid_net(5). */
function boundSockets(): string[] {
  const lines = readFileSync("/proc/net/unix", "utf8").split("\n").slice(1);
  const paths = lines.map((line) => /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1] ?? "");
  return [...new Set(paths)].filter((path) => path !== "");
}
