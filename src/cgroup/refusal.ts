/** The words for limits that cannot be set: why, and what to do about it. */
import { NsboxError } from "../util/errors.ts";
import type { Refused } from "./choose.ts";
import { directoryOf, type Look, wordsOf } from "./hierarchy.ts";
import { type NoPlace, type Seeker, setAside } from "./place.ts";

const list = (words: readonly string[], last = "and"): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;

const quoted = (words: readonly string[]): string[] => words.map((word) => `"${word}"`);

/** A limit that no hierarchy here has. */
export function refusedError({ limit, only }: Refused, look: Look): NsboxError {
  const message = `Cannot set --${limit.option}`;
  const names = new Set([limit.v1?.controller, limit.v2?.controller].filter((name) => name !== undefined));
  if (only === undefined) {
    return new NsboxError(message, { ...whyAbsent([...names], look), code: "no-controller" });
  }
  return new NsboxError(message, {
    cause: `the controller ${[...names].join()} is in a hierarchy of cgroup v${3 - only} here, and only v${only} has such a limit`,
    code: "no-limit",
  });
}

/** Why no hierarchy that is mounted has one of those controllers: /proc/cgroups, see cgroups(7). */
export function whyAbsent(names: readonly string[], look: Look): { cause: string; hint?: string } {
  const rows = (look.text("/proc/cgroups") ?? "").split("\n").map((line) => line.split("\t"));
  const [name, hierarchy, , enabled] = rows.find(([each = ""]) => names.includes(each)) ?? [];
  const which = `the cgroup controller ${list(quoted(names), "or")}`;
  if (name === undefined) return { cause: `this kernel does not have ${which}, or does not show it` };
  if (enabled === "0") {
    return {
      cause: `the kernel was started without ${which}`,
      hint: `Its command line needs cgroup_enable=${name}`,
    };
  }
  return hierarchy === "0"
    ? {
        cause: `${which} is in no hierarchy that can be reached here`,
        hint: `On cgroup v2 every group above hands it down: "+${names.at(-1)}" in its cgroup.subtree_control`,
      }
    : { cause: `the hierarchy of ${which} is not mounted here` };
}

/** No place was found for what `options` need. */
export function noPlaceError(
  options: readonly string[],
  none: readonly NoPlace[],
  { uid, look }: Seeker,
): NsboxError {
  const first = none[0]!;
  const directory = directoryOf(first.hierarchy, first.at);
  const details = {
    busy: {
      cause: `cgroup "${directory}" has processes of its own, and beside processes it can hand down no controller`,
      hint: emptyHint(directory, look),
      code: "busy-cgroup",
    },
    lacks: {
      cause: `cgroup "${directory}" was not given the controller ${list(quoted(first.lacks))}`,
      hint: handDownHint(first),
      code: "not-delegated",
    },
    denied: denied(none, uid, look),
  };
  return new NsboxError(`Cannot set ${list(options)}`, details[first.why]);
}

function denied(none: readonly NoPlace[], uid: number, look: Look) {
  const first = none[0]!;
  const directory = directoryOf(first.hierarchy, first.at);
  const code = "not-delegated";
  if (uid === 0)
    return { cause: `cgroup "${directory}" cannot be written to: it is mounted read-only`, code };
  const cause = `no cgroup in ${list(quoted(none.map(({ hierarchy }) => hierarchy.point)))} was given to user ${uid}`;
  if (none.some(({ hierarchy }) => hierarchy.version === 2))
    return { cause, hint: givenHint(first, uid, look), code };
  const paths = none.map(({ hierarchy }) => directoryOf(hierarchy, setAside(uid))).join(" ");
  const fill = none.filter(({ hierarchy }) => hierarchy.controllers.includes("cpuset")).map(filled(uid));
  return { cause, hint: `As root: mkdir ${paths} && chown ${uid} ${paths}${fill.join("")}`, code };
}

/** v1: a new group of cpuset has neither processors nor memory, and hands none down. */
const filled =
  (uid: number) =>
  ({ hierarchy }: NoPlace): string =>
    ["cpus", "mems"]
      .map(
        (what) =>
          ` && cat ${hierarchy.point}/cpuset.${what} > ${directoryOf(hierarchy, setAside(uid))}/cpuset.${what}`,
      )
      .join("");

/** v2: whoever moves a process needs a group above both places. systemd makes one, where the user has a manager. */
function givenHint({ hierarchy, controllers }: NoPlace, uid: number, look: Look): string {
  if (look.device("/run/systemd/system") !== undefined) {
    return `systemd gives one to every user whose own systemd runs: log in anew, or as root: loginctl enable-linger ${uid}`;
  }
  const group = directoryOf(hierarchy, setAside(uid));
  const add = controllers.map((name) => `+${name}`).join(" ");
  const files = ["", "/cgroup.procs", "/cgroup.subtree_control", "/own", "/own/cgroup.procs"];
  return `As root, for the shell with PID $PID: echo "${add}" > ${hierarchy.point}/cgroup.subtree_control; mkdir -p ${group}/own; chown ${uid} ${files.map((file) => group + file).join(" ")}; echo $PID > ${group}/own/cgroup.procs`;
}

/** v2: what a group was not given, those above it have to hand down. */
function handDownHint({ hierarchy, at, lacks }: NoPlace): string {
  const above = directoryOf(hierarchy, at.slice(0, at.lastIndexOf("/")));
  const add = lacks.map((name) => `+${name}`).join(" ");
  return /\/user@\d+\.service/.test(at)
    ? `As root: systemctl edit user@.service, with the lines "[Service]" and "Delegate=yes"; then log in anew`
    : `As root: echo "${add}" > ${above}/cgroup.subtree_control, after the same in those above it`;
}

function emptyHint(directory: string, look: Look): string {
  const count = wordsOf(look.text(`${directory}/cgroup.procs`)).length;
  const them = count === 1 ? "it" : `all ${count}`;
  return `Move ${them} into a group of their own: mkdir ${directory}/rest; for pid in $(cat ${directory}/cgroup.procs); do echo $pid > ${directory}/rest/cgroup.procs; done`;
}
