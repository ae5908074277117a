/** What confines a process that nsbox did not start, as the kernel tells of it. */
import { type Credentials, common, confinementLike, type Filter } from "../../sandbox/enter/confinement.ts";
import type { Confinement } from "../../sandbox/enter/request.ts";
import { FILTER } from "../../sandbox/security/filter.gen.ts";
import { TEMPLATE } from "../../sandbox/security/template.gen.ts";
import { fill } from "../../seccomp/fill.ts";
import { capabilityNames, keptCapabilities } from "../../sys/capabilities.ts";
import { NsboxError } from "../../util/errors.ts";
import { filtersOf } from "./filters.ts";
import { insideOf } from "./id-map.ts";
import { namespaceOf, type ProcessStatus, procText, statusOf } from "./process.ts";
import type { Target } from "./target.ts";

/** A confinement, and what is worth knowing of it. */
export interface Found {
  readonly confinement: Confinement;
  readonly notes: readonly string[];
}

/** `stored`: the filters where they are known from the container's plan. */
export function foreign(target: Target, stored: readonly Filter[] | undefined): Found {
  const status = statusOf(target.pid);
  if (status === undefined) throw new NsboxError(`Cannot enter ${target.title}`, { cause: "it has ended" });
  const who = credentials(target, status);
  const notes: string[] = [];
  const label = labelOf(target.pid);
  if (label !== undefined)
    notes.push(`The profile "${label}" of ${target.title} is not applied to the command`);
  const filters = stored ?? (status.filters > 0 ? filtersOf(target.pid) : []);
  if (filters !== undefined) return { confinement: confinementLike(who, filters), notes };
  notes.push(
    `The system call filter of ${target.title} cannot be read: nsbox's default filter and no_new_privs hold instead`,
  );
  return { confinement: confinementLike({ ...who, noNewPrivs: true }, [usual(who.bounding)]), notes };
}

/** The default filter for a bounding set. */
function usual(bounding: number): Filter {
  if (bounding === keptCapabilities()) return FILTER;
  return { program: fill(TEMPLATE, capabilityNames(bounding)), flags: FILTER.flags };
}

/**
 * In the numbers of the user namespace that is entered. Where that is not entered, the process has rights in it
 * that it has nowhere else, and so none are left.
 */
function credentials({ pid, title, kinds }: Target, status: ProcessStatus): Credentials {
  const { noNewPrivs } = status;
  const entered = kinds.includes("user");
  if (!entered) {
    const apart = namespaceOf(pid, "user") !== namespaceOf("self", "user");
    const { uid, gid, groups } = status;
    const sets = apart ? { bounding: 0, permitted: 0, ambient: 0 } : ofUser(status, uid);
    return { ids: { uid, gid }, groups, ...sets, noNewPrivs };
  }
  const user = insideOf(pid, "uid_map");
  const group = insideOf(pid, "gid_map");
  const [uid, gid] = [user(status.uid), group(status.gid)];
  if (uid === undefined || gid === undefined) {
    throw new NsboxError(`Cannot become the user of ${title}`, {
      cause: `its user namespace does not map ${uid === undefined ? `user ${status.uid}` : `group ${status.gid}`}`,
      code: "identity",
    });
  }
  const groups = status.groups.flatMap((id) => group(id) ?? []);
  return { ids: { uid, gid }, groups, ...ofUser(status, uid), noNewPrivs };
}

/** Root gets by exec whatever is in the bounding set, which a process without that may have given up. */
function ofUser({ bounding, permitted, ambient }: ProcessStatus, uid: number) {
  const both = common(bounding, permitted);
  return uid === 0
    ? { bounding: both, permitted: both, ambient: 0 }
    : { bounding, permitted: ambient, ambient };
}

/** The profile of a security module that confines it; undefined for none. */
function labelOf(pid: number): string | undefined {
  const text = (procText(pid, "attr/apparmor/current") ?? procText(pid, "attr/current") ?? "").replaceAll(
    "\0",
    "",
  );
  const label = text.trim();
  const own = (procText("self", "attr/current") ?? "").replaceAll("\0", "").trim();
  return label === "" || label === own || label.startsWith("unconfined") ? undefined : label;
}
