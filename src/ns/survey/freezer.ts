/** Whether a cgroup is frozen: see cgroups(7) for v1, the kernel's cgroup-v2 document for v2. */
import { parseMountinfo } from "../mountinfo.ts";
import { procText } from "../proc-file.ts";

/** Takes the paths in the hierarchies of v2 and of v1's freezer, "" for roots; null where it is not known. */
export type Frozen = (unified: string, freezer: string) => boolean | null;

/** Where a hierarchy is mounted, and which of its directories is the root there. */
interface Hierarchy {
  readonly path: string;
  readonly root: string;
}

/** The file that tells, in the cgroup `path` of a hierarchy; null where that is not mounted. */
function stateFile(hierarchy: Hierarchy | undefined, path: string, file: string): string | null {
  if (hierarchy === undefined || path.startsWith("/..")) return null;
  const { root } = hierarchy;
  if (root !== "/" && path !== root && !path.startsWith(`${root}/`)) return null;
  return `${hierarchy.path}${root === "/" ? path : path.slice(root.length)}/${file}`;
}

/** Reads each cgroup's state once, when it is asked for. */
export function frozenStates(): Frozen {
  let hierarchies: { readonly v1: Hierarchy | undefined; readonly v2: Hierarchy | undefined } | undefined;
  const mounted = () => {
    const mounts = parseMountinfo(procText("/proc/self/mountinfo") ?? "");
    return {
      v1: mounts.findLast(({ type, superOptions }) => type === "cgroup" && superOptions.includes("freezer")),
      v2: mounts.findLast(({ type }) => type === "cgroup2"),
    };
  };
  const known = new Map<string, boolean | null>();
  const ask = (path: string, version: "v1" | "v2"): boolean | null => {
    if (path === "" || path === "/") return false; // a root cannot be frozen
    hierarchies ??= mounted();
    const name = version === "v1" ? "freezer.state" : "cgroup.events";
    const file = stateFile(hierarchies[version], path, name);
    if (file === null) return null;
    const before = known.get(file);
    if (before !== undefined) return before;
    const text = procText(file);
    const frozen = text === null ? null : /^(?:FROZEN|frozen 1)$/m.test(text);
    known.set(file, frozen);
    return frozen;
  };
  return (unified, freezer) => {
    const states = [ask(unified, "v2"), ask(freezer, "v1")];
    if (states.includes(true)) return true;
    return states.includes(null) ? null : false;
  };
}
