/** What one process may, and what it lives in, read from /proc/PID: see proc_pid(5). */
import type { CapabilitySet, Details } from "./model.ts";
import { procBytes, procLink, procText } from "./proc-file.ts";

/** Set to its field in /proc/PID/status, in the order of that file. */
export const CAPABILITY_FIELDS: Readonly<Record<CapabilitySet, string>> = {
  inheritable: "CapInh",
  permitted: "CapPrm",
  effective: "CapEff",
  bounding: "CapBnd",
  ambient: "CapAmb",
};

/** No environment is read beyond this many bytes. */
const LARGEST_ENVIRONMENT = 1 << 20;
/** Nor is a name longer than this: programs write their titles over it. */
const LONGEST_NAME = 256;

/** What is known of process `pid`; null where there is none, or it is hidden. See proc_pid_status(5). */
export function readDetails(pid: number): Details | null {
  const proc = `/proc/${pid}`;
  const status = procText(`${proc}/status`);
  if (status === null) return null;
  const field = fieldsOf(status);
  return {
    uids: numbers(field("Uid")),
    gids: numbers(field("Gid")),
    groups: numbers(field("Groups")),
    capabilities: capabilitiesOf(field),
    noNewPrivs: field("NoNewPrivs") === null ? null : field("NoNewPrivs") === "1",
    seccomp: number(field("Seccomp")),
    filters: number(field("Seccomp_filters")),
    affinity: field("Cpus_allowed_list"),
    uidMap: mapOf(procText(`${proc}/uid_map`)),
    gidMap: mapOf(procText(`${proc}/gid_map`)),
    limits: limitsOf(procText(`${proc}/limits`)),
    environment: environmentNames(procBytes(`${proc}/environ`, LARGEST_ENVIRONMENT)),
    root: procLink(`${proc}/root`),
    cwd: procLink(`${proc}/cwd`),
    executable: procLink(`${proc}/exe`),
    label: labelOf(procText(`${proc}/attr/current`)),
    cgroups: cgroupsOf(procText(`${proc}/cgroup`)),
    umask: field("Umask"),
    oomScoreAdj: number(procText(`${proc}/oom_score_adj`)?.trim() ?? null),
  };
}

/** Looks up fields of a status file. Its only free text, the name, has its line ends escaped. */
function fieldsOf(status: string): (key: string) => string | null {
  const fields = new Map<string, string>();
  for (const line of status.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return (key) => fields.get(key) ?? null;
}

const number = (text: string | null): number | null =>
  text !== null && /^-?\d+$/.test(text) ? Number(text) : null;

const numbers = (text: string | null): number[] | null =>
  text === null
    ? null
    : text
        .split(/\s+/)
        .filter((word) => word !== "")
        .map(Number);

function capabilitiesOf(field: (key: string) => string | null): Details["capabilities"] {
  const sets: Partial<Record<CapabilitySet, string>> = {};
  for (const [set, key] of Object.entries(CAPABILITY_FIELDS)) {
    const mask = field(key);
    if (mask === null || !/^[0-9a-f]+$/.test(mask)) return null;
    sets[set as CapabilitySet] = mask;
  }
  return sets as Record<CapabilitySet, string>;
}

/** Lines of uid_map or gid_map, see user_namespaces(7). */
function mapOf(text: string | null): [number, number, number][] | null {
  if (text === null) return null;
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [inside = 0, outside = 0, length = 0] = line.trim().split(/\s+/).map(Number);
      return [inside, outside, length];
    });
}

/** The table of /proc/PID/limits, see getrlimit(2). */
function limitsOf(text: string | null): Details["limits"] {
  if (text === null) return null;
  const limits: Record<string, { soft: string; hard: string }> = {};
  for (const line of text.split("\n").slice(1)) {
    const [, name, soft, hard] = /^(\S.*?)\s{2,}(\S+)\s+(\S+)/.exec(line) ?? [];
    if (name !== undefined && soft !== undefined && hard !== undefined) limits[name] = { soft, hard };
  }
  return limits;
}

/** The names before the equals signs, each once; what is no such entry is left out. */
function environmentNames(bytes: Uint8Array | null): string[] | null {
  if (bytes === null) return null;
  const names = new Set<string>();
  for (const entry of new TextDecoder().decode(bytes).split("\0")) {
    const equals = entry.indexOf("=");
    if (equals > 0 && equals <= LONGEST_NAME) names.add(entry.slice(0, equals));
  }
  return [...names];
}

/** AppArmor ends it with a newline, SELinux with a NUL. */
function labelOf(text: string | null): string | null {
  const label = text?.replace(/[\0\n]+$/, "");
  return label === undefined || label === "" ? null : label;
}

/** Controllers to path, see cgroups(7). A path may hold colons. */
function cgroupsOf(text: string | null): Record<string, string> | null {
  if (text === null) return null;
  const found: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/s.exec(line) ?? [];
    if (controllers !== undefined && path !== undefined) found[controllers] = path;
  }
  return found;
}
