/** Whether a process may enter a namespace: what setns(2) demands for each kind. */
import { type CapabilitiesIn, capabilitiesIn } from "./capabilities-in.ts";
import type { Details, Namespace, Process, Snapshot } from "./model.ts";

/** One demand of setns(2). */
export interface Demand {
  /** "CAP_SYS_ADMIN", or in words what else it takes. */
  readonly what: string;
  /** The user namespace in which it has to be had; null for what is no capability. */
  readonly user: number | null;
  /** null: not known. */
  readonly met: boolean | null;
}

/** Whether setns(2) would be allowed, as far as capabilities and the kinds' own rules decide. */
export interface Entry {
  /** `inside`: it is in it. `after`: once the user namespace `first` has been entered. null: not known. */
  readonly verdict: "yes" | "no" | "inside" | "after" | null;
  readonly first: number | null;
  readonly demands: readonly Demand[];
}

const ADMIN = "CAP_SYS_ADMIN";

const hasIn = ({ capabilities }: CapabilitiesIn, name: string): boolean | null =>
  capabilities === null ? null : capabilities.includes(name);

/** Whether `process` may enter `target`. */
export function mayEnter(
  snapshot: Snapshot,
  process: Process,
  details: Details | null,
  target: Namespace,
): Entry {
  if (process.namespaces[target.kind] === target.id) return { verdict: "inside", first: null, demands: [] };
  const there = capabilitiesIn(snapshot, process, details, target);
  const outer: Demand = { what: ADMIN, user: there.user, met: hasIn(there, ADMIN) };
  if (target.kind === "user") return conclude([outer], []);
  const own = process.namespaces.user ?? null;
  const home = snapshot.namespaces.find(({ id }) => id === own);
  const here = home === undefined ? undefined : capabilitiesIn(snapshot, process, details, home);
  const wanted = target.kind === "mnt" ? [ADMIN, "CAP_SYS_CHROOT"] : [ADMIN];
  const inner = wanted.map((what) => ({
    what,
    user: own,
    met: here === undefined ? null : hasIn(here, what),
  }));
  const fixed = target.kind === "pid" ? [isBelow(snapshot, process, target)] : [];
  const plain = conclude([outer, ...fixed], inner);
  // Whoever enters the owning user namespace has every capability there: it is then its own.
  return plain.verdict === "no" && outer.met === true && there.user !== own && fixed.every(({ met }) => met)
    ? { ...plain, verdict: "after", first: there.user }
    : plain;
}

function conclude(outer: readonly Demand[], inner: readonly Demand[]): Entry {
  const demands = [...outer, ...inner];
  const met = demands.map((demand) => demand.met);
  const verdict = met.includes(false) ? "no" : met.includes(null) ? null : "yes";
  return { verdict, first: null, demands };
}

/** PID namespaces are entered downwards only. */
function isBelow(snapshot: Snapshot, process: Process, target: Namespace): Demand {
  const byId = new Map(snapshot.namespaces.map((one) => [one.id, one]));
  const seen = new Set<number>();
  let at: Namespace | undefined = target;
  for (; at !== undefined && !seen.has(at.id); at = byId.get(at.parent ?? Number.NaN)) {
    if (at.id === process.namespaces.pid) return { what: BELOW, user: null, met: true };
    seen.add(at.id);
  }
  const top = byId.get([...seen].at(-1) ?? Number.NaN);
  return { what: BELOW, user: null, met: top?.initial === true ? false : null };
}

const BELOW = "a PID namespace below its own";
