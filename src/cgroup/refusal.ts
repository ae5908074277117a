/** The words for limits that cannot be set: why, and what to do about it. */
import { NsboxError } from "../util/errors.ts";
import type { Refused } from "./choose.ts";
import { directoryOf, type Hierarchy, type Look, wordsOf } from "./hierarchy.ts";
import { type NoPlace, setAside } from "./place.ts";

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

/** A limit that no hierarchy here has. */
export function refusedError({ limit, only }: Refused, look: Look): NsboxError {
  const message = `Cannot set --${limit.option}`;
  if (only !== undefined) {
    const controller = (limit.v1 ?? limit.v2)!.controller;
    return new NsboxError(message, {
      cause: `the ${controller} controller is in a hierarchy of version ${3 - only} here, and only version ${only} has such a limit`,
      code: "no-limit",
    });
  }
  const names = [...new Set([limit.v1?.controller, limit.v2?.controller])].filter((name) => name !== undefined);
  return new NsboxError(message, { ...whyAbsent(names, look), code: "no-controller" });
}

/** Why no mounted hierarchy has one of those controllers, see /proc/cgroups in cgroups(7). */
export function whyAbsent(names: readonly string[], look: Look): { cause: string; hint?: string } {
  const rows = (look.text("/proc/cgroups") ?? "").split("\n").map((line) => line.split("\t"));
  const row = rows.find(([name = ""]) => names.includes(name));
  const controller = list(names.map((name) => `"${name}"`)).replace(" and ", " or ");
  if (row === undefined) {
    return { cause: `no cgroup hierarchy that is mounted here has the controller ${controller}` };
  }
  const [name, hierarchy, , enabled] = row;
  if (enabled === "0") {
    return {
      cause: `the kernel was started without the controller "${name}"`,
      hint: `Its command line needs cgroup_enable=${name}`,
    };
  }
  return hierarchy === "0"
    ? { cause: `the controller "${name}" is in no cgroup hierarchy that can be reached here` }
    : { cause: `the cgroup hierarchy of the controller "${name}" is not mounted here` };
}

/** Places that were not to be had. */
export function noPlaceError(
  options: readonly string[],
  none: readonly NoPlace[],
  uid: number,
  look: Look,
): NsboxError {
  const first = none[0]!;
  const message = `Cannot set ${list(options)}`;
  const where = `"${directoryOf(first.hierarchy, first.at)}"`;
  if (first.why === "busy") {
    return new NsboxError(message, {
      cause: `cgroup ${where} has processes of its own, and beside processes it can hand down no controller`,
      hint: emptyHint(first, look),
      code: "busy-cgroup",
    });
  }
  if (first.why === "lacks") {
    return new NsboxError(message, {
      cause: `cgroup ${where} was not given the controller ${list(first.lacks.map((name) => `"${name}"`))}`,
      hint: uid === 0 ? "Its parents have to hand it down: cgroup.subtree_control" : delegateHint(first, uid),
      code: "not-delegated",
    });
  }
  if (uid === 0) {
    return new NsboxError(message, {
      cause: `cgroup ${where} cannot be written to: it is mounted read-only`,
      code: "not-delegated",
    });
  }
  return new NsboxError(message, {
    cause: `no cgroup of user ${uid} was found in ${list(none.map(({ hierarchy }) => `"${hierarchy.point}"`))}`,
    hint: none.every(({ hierarchy }) => hierarchy.version === 1)
      ? setAsideHint(
          none.map(({ hierarchy }) => hierarchy),
          uid,
        )
      : delegateHint(first, uid),
    code: "not-delegated",
  });
}

/** v1: a group in each hierarchy. */
function setAsideHint(hierarchies: readonly Hierarchy[], uid: number): string {
  const paths = hierarchies.map((each) => directoryOf(each, setAside(uid))).join(" ");
  return `As root: mkdir -p ${paths} && chown ${uid} ${paths}`;
}

/** v2: the user's own group, or one above it. */
function delegateHint({ hierarchy, controllers }: NoPlace, uid: number): string {
  if (look1("/run/systemd/system")) {
    return `As root: mkdir -p /etc/systemd/system/user@.service.d; printf '[Service]\\nDelegate=${controllers.join(" ")}\\n' > /etc/systemd/system/user@.service.d/nsbox.conf; systemctl daemon-reload; then log in anew, and run it by: systemd-run --user --scope nsbox run …`;
  }
  return hierarchy.point + uid;
}
const look1 = (_: string) => true;
const emptyHint = (none: NoPlace, look: Look): string => {
  const directory = directoryOf(none.hierarchy, none.at);
  const count = wordsOf(look.text(`${directory}/cgroup.procs`)).length;
  return `Move them (${count}) into a group below: mkdir ${directory}/rest; for pid in $(cat ${directory}/cgroup.procs); do echo $pid > ${directory}/rest/cgroup.procs; done`;
};
