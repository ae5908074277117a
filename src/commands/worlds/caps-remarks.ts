/** What else decides in practice over what a process may do in a namespace. */
import { type CapabilitiesIn, maskNames } from "../../ns/capabilities-in.ts";
import { readDetails } from "../../ns/details.ts";
import type { Entry } from "../../ns/may-enter.ts";
import type { Details, Process, Snapshot } from "../../ns/model.ts";
import { titleOf } from "../looking/find.ts";
import { capabilityWords } from "./words.ts";

const FILTER = 2;

/** Remarks, each a sentence. */
export function remarksOn(
  snapshot: Snapshot,
  process: Process,
  details: Details | null,
  caps: CapabilitiesIn,
  entry: Entry,
): string[] {
  const remarks: string[] = [];
  if (details === null) remarks.push("Its capability sets and filters are not known");
  const sets = details?.capabilities;
  if (caps.rule === "creator") {
    remarks.push(
      "The sets in /proc/PID/status, and what capsh prints, are those of its own user namespace, and do not show this",
    );
  } else if (sets != null && caps.rule !== "elsewhere") {
    const [effective, permitted, bounding] = [sets.effective, sets.permitted, sets.bounding].map(maskNames);
    const more = permitted!.filter((name) => !effective!.includes(name));
    if (more.length > 0) remarks.push(`It may raise more, which is permitted: ${capabilityWords(more)}`);
    if (!bounding!.includes("CAP_SYS_ADMIN") && effective!.length > 0) {
      remarks.push(`What it executes is held by its bounding set: ${capabilityWords(bounding!)}`);
    }
  }
  if (details?.noNewPrivs === true) {
    remarks.push(
      "no_new_privs is set: what it executes gains nothing from setuid bits and file capabilities",
    );
  }
  if (details?.seccomp === FILTER) {
    remarks.push(`A system call filter (${details.filters ?? "?"} of them) may still refuse the calls`);
  }
  const entered = enteredUser(snapshot, caps, entry);
  if (entered !== undefined) remarks.push(...afterExec(snapshot, process, entered));
  return remarks;
}

/** The user namespace that it would be in after entering. */
function enteredUser(snapshot: Snapshot, { user }: CapabilitiesIn, entry: Entry): number | undefined {
  if (entry.verdict === "after") return entry.first ?? undefined;
  const isUser = snapshot.namespaces.some(({ id, kind }) => id === user && kind === "user");
  const direct = entry.verdict === "yes" && entry.demands.length === 1;
  return direct && isUser ? (user ?? undefined) : undefined;
}

/** Entering a user namespace gives all capabilities there; an exec keeps them for user 0 alone. */
function afterExec(snapshot: Snapshot, { uid }: Process, user: number): string[] {
  // Its own map would be written in the numbers of the parent.
  if (user === snapshot.viewer.namespaces.user || uid === null) return [];
  const member = snapshot.processes.find(({ namespaces }) => namespaces.user === user);
  const map = member === undefined ? null : (member.details ?? readDetails(member.pid))?.uidMap;
  if (map == null) return [];
  const title = titleOf({ kind: "user", id: user });
  const line = map.find(([, outside, length]) => uid >= outside && uid < outside + length);
  const inside = line === undefined ? undefined : line[0] + uid - line[1];
  if (inside === 0) return [`Its user is root in ${title}: what it executes there keeps all capabilities`];
  const called = inside === undefined ? "has no number" : `is ${inside}`;
  return [
    `Its user ${called} in ${title}: it has all capabilities on entering, and loses them with the next exec unless it becomes user 0 first, as \`nsenter --setuid 0\` does`,
  ];
}
