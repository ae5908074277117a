/** Whether limits can be set: how the cgroups are laid out, and where in them this caller may make groups. */
import { mayWrite, SYSTEM } from "../../cgroup/look.ts";
import type { LimitsRequest } from "../../cgroup/request.ts";
import { ownMounts } from "../../ns/own-mounts.ts";
import { ownHierarchies } from "../../sandbox/limits/layout.ts";
import { planLimits } from "../../sandbox/limits/plan.ts";
import { chooseScope } from "../../sandbox/limits/scope.ts";
import { NsboxError } from "../../util/errors.ts";
import { type Answer, missing, ok, type Probe, refused } from "./probe.ts";

/** How the cgroups are laid out, see cgroups(7). */
function probeTree(): Answer {
  const mounts = ownMounts().filter(({ type }) => /^cgroup2?$/.test(type));
  const v2 = mounts.find(({ type }) => type === "cgroup2");
  const old = mounts.filter(({ type }) => type === "cgroup");
  if (mounts.length === 0) return missing("no cgroup hierarchy is mounted");
  const v1 = old.flatMap(({ superOptions }) =>
    superOptions.filter((name) => !/^(r[ow]$|name=|xattr$)/.test(name)),
  );
  const own = v2 === undefined ? "" : (SYSTEM.text(`${v2.path}/cgroup.controllers`) ?? "").trim();
  const words = [
    ...(v2 ? [`v2${own === "" ? " without controllers" : ` with ${own.split(" ").join(", ")}`}`] : []),
    ...(old.length > 0 ? [`v1 with ${[...new Set(v1)].join(", ")}`] : []),
  ];
  return ok(`${v2 && old.length > 0 ? "mixed: " : ""}${words.join("; ")}`);
}

const NONE: LimitsRequest = {
  ...{ memory: undefined, memorySwap: undefined, memoryReservation: undefined, swappiness: undefined },
  ...{ oomGroup: false, cpus: undefined, cpuWeight: undefined, cpuset: undefined, pids: undefined },
  ...{ ioWeight: undefined, ioMax: [], hugetlb: [], conf: [], parent: undefined },
};

/** One option for each controller; without the first three it is not called working. */
const EXPECTED = {
  "--memory": { memory: 2 ** 30 },
  "--cpus": { cpus: 100_000 },
  "--pids-limit": { pids: 100 },
};
const MORE = { "--cpuset": { cpuset: "0" }, "--io-weight": { ioWeight: 100 } };

/** Why `nsbox run` would not set it, told by planning that; nothing is made. */
function refusal(sample: Partial<LimitsRequest>): NsboxError | undefined {
  const uid = process.geteuid!();
  const hierarchies = ownHierarchies();
  const id = "check";
  const scope = chooseScope({
    ...{ manager: "auto", slice: undefined, hasParent: false, hierarchies, id, command: [] },
    caller: { uid, env: process.env },
  });
  try {
    planLimits({
      ...{ request: { ...NONE, ...sample }, id, hierarchies, watched: false, verbose: false, scope },
      seeker: { uid, look: SYSTEM, mayWrite, pid: process.pid },
    });
    return undefined;
  } catch (error) {
    if (error instanceof NsboxError) return error;
    throw error;
  }
}

function probeLimits(): Answer {
  const works = Object.entries({ ...EXPECTED, ...MORE })
    .filter(([, sample]) => refusal(sample) === undefined)
    .map(([option]) => option);
  const rest = Object.entries(EXPECTED).filter(([option]) => !works.includes(option));
  // All of them at once: so the hint names whatever has to be given.
  const error = refusal(Object.fromEntries(rest.flatMap(([, sample]) => Object.entries(sample))));
  if (error === undefined) return ok(works.join(", "));
  const { cause = error.message, hint, code } = error.details;
  const first = works.length > 0 ? `${works.join(", ")} alone; else ` : "";
  return (code === "no-controller" ? missing : refused)(`${first}${cause}`, hint);
}

/** The probes of limits. */
export const LIMIT_PROBES: readonly Probe[] = [
  {
    name: "cgroup-tree",
    title: "Cgroups",
    for: "limits, stats, pause; the freezer and cgroup shown for processes; the cgroup of nsbox exec",
    optional: true,
    probe: probeTree,
  },
  {
    name: "limits",
    title: "Limits that this user may set",
    for: "--memory, --cpus, --pids-limit, --cpuset, --io-weight; update, stats, pause",
    optional: true,
    probe: probeLimits,
  },
];
