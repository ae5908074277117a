/** In what two processes' worlds differ: pure comparison of what is known of each. */
import { maskNames } from "./capabilities-in.ts";
import { CAPABILITY_FIELDS } from "./details.ts";
import { mountRows } from "./diff/mounts.ts";
import { type Row, type Section, type Side, setRow, valueRow } from "./diff/rows.ts";
import { KINDS } from "./kinds.ts";
import type { CapabilitySet, Details } from "./model.ts";

/** Every section, in order; rows that are the same are among them. */
export function diffWorlds(left: Side, right: Side): Section[] {
  return SECTIONS.map(({ name, title, rows }) => ({ name, title, rows: rows(left, right) }));
}

interface Rule {
  readonly name: string;
  readonly title: string;
  rows(left: Side, right: Side): Row[];
}

type Pick<T> = (details: Details) => T | null;

/** The value of a detail; null where it, or all of them, are not known. */
const from = <T>({ details }: Side, pick: Pick<T>): T | null => (details === null ? null : pick(details));

const row = (name: string, left: Side, right: Side, pick: Pick<string | number | boolean>): Row =>
  valueRow(name, from(left, pick), from(right, pick));

const set = (name: string, left: Side, right: Side, pick: Pick<readonly (string | number)[]>): Row =>
  setRow(name, from(left, pick), from(right, pick));

/** Keys to values: those of both sides, in order. */
function keyed(
  left: Side,
  right: Side,
  pick: Pick<Readonly<Record<string, string>>>,
  title: (key: string) => string = (key) => key,
): Row[] {
  const [a, b] = [from(left, pick), from(right, pick)];
  const keys = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].sort();
  if (a === null || b === null) return [valueRow("all of them", a && "known", b && "known")];
  return keys.map((key) => valueRow(title(key), a[key], b[key]));
}

const WHICH = ["real", "effective", "saved", "file system"] as const;

const mapWords = (map: Details["uidMap"]): string | null =>
  map?.map((line) => line.join(" ")).join(", ") ?? null;

const SETS = Object.keys(CAPABILITY_FIELDS) as CapabilitySet[];
const SECCOMP = ["off", "strict", "filter"] as const;
const POLICIES = ["other", "fifo", "rr", "batch", "iso", "idle", "deadline", "ext"] as const;

const SECTIONS: readonly Rule[] = [
  {
    name: "namespaces",
    title: "Namespaces",
    rows: ({ process: a }, { process: b }) =>
      KINDS.map(({ name }) => valueRow(name, a.namespaces[name] ?? null, b.namespaces[name] ?? null)),
  },
  {
    name: "ids",
    title: "Users and groups",
    rows: (a, b) => [
      ...WHICH.map((which, at) => row(`uid (${which})`, a, b, ({ uids }) => uids?.[at] ?? null)),
      ...WHICH.map((which, at) => row(`gid (${which})`, a, b, ({ gids }) => gids?.[at] ?? null)),
      set("groups", a, b, ({ groups }) => groups),
      row("uid map", a, b, ({ uidMap }) => mapWords(uidMap)),
      row("gid map", a, b, ({ gidMap }) => mapWords(gidMap)),
    ],
  },
  {
    name: "capabilities",
    title: "Capabilities",
    rows: (a, b) =>
      SETS.map((name) =>
        set(name, a, b, ({ capabilities }) => (capabilities === null ? null : maskNames(capabilities[name]))),
      ),
  },
  {
    name: "security",
    title: "Security",
    rows: (a, b) => [
      row("no_new_privs", a, b, ({ noNewPrivs }) => noNewPrivs),
      row("seccomp", a, b, ({ seccomp }) => (seccomp === null ? null : (SECCOMP[seccomp] ?? seccomp))),
      row("seccomp filters", a, b, ({ filters }) => filters),
      // Without a security module there are no labels: nothing is unknown then.
      ...(from(a, ({ label }) => label) === null && from(b, ({ label }) => label) === null
        ? []
        : [row("label", a, b, ({ label }) => label)]),
    ],
  },
  { name: "mounts", title: "Mounts", rows: mountRows },
  {
    name: "place",
    title: "Root, directory, program",
    rows: (a, b) => [
      row("root", a, b, ({ root }) => root),
      row("working directory", a, b, ({ cwd }) => cwd),
      row("program", a, b, ({ executable }) => executable),
      row("umask", a, b, ({ umask }) => umask),
    ],
  },
  {
    name: "limits",
    title: "Limits (soft, hard)",
    rows: (a, b) =>
      keyed(a, b, ({ limits }) =>
        limits === null
          ? null
          : Object.fromEntries(
              Object.entries(limits).map(([name, { soft, hard }]) => [name, `${soft}, ${hard}`]),
            ),
      ),
  },
  {
    name: "cgroups",
    title: "Cgroups",
    rows: (a, b) =>
      keyed(
        a,
        b,
        ({ cgroups }) => cgroups,
        (controllers) => controllers || "v2",
      ),
  },
  {
    name: "scheduling",
    title: "Scheduling",
    rows: (a, b) => [
      row("processors", a, b, ({ affinity }) => affinity),
      valueRow(
        "policy",
        POLICIES[a.process.policy] ?? a.process.policy,
        POLICIES[b.process.policy] ?? b.process.policy,
      ),
      valueRow("nice", a.process.nice, b.process.nice),
      valueRow("priority", a.process.priority, b.process.priority),
      row("oom_score_adj", a, b, ({ oomScoreAdj }) => oomScoreAdj),
    ],
  },
  {
    name: "environment",
    title: "Environment (names alone)",
    rows: (a, b) =>
      keyed(a, b, ({ environment }) =>
        environment === null ? null : Object.fromEntries(environment.map((name) => [name, "set"])),
      ),
  },
];
