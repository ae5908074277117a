/** Namespaces, processes and containers in words: the lines of `nsbox tree` and of `nsbox ls --watch`. */
import type { Container, Namespace, Process } from "../../ns/model.ts";
import { titleOf } from "./find.ts";
import { holdersOf, isOrphan, labelOf, nameOf, type World } from "./world.ts";

/** Text from outside between quotes. */
export const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

/** `"sleep" (5310)`; where its own PID namespace is below the viewer's: `"sleep" (5310/1)`. */
export const processWords = (process: Process): string =>
  `${quoted(nameOf(process))} (${process.pids.length > 1 ? process.pids.join("/") : process.pid})`;

/** `UID 1000 ("zion")`. */
export function accountWords(world: World, uid: number | null): string {
  if (uid === null) return "UID ?";
  const name = world.user(uid);
  return name === undefined ? `UID ${uid}` : `UID ${uid} (${quoted(name)})`;
}

/** `controlled by "/web"`; the root of the hierarchy controls nothing. */
const cgroupWords = ({ cgroup, frozen }: Process): string[] =>
  cgroup === null || cgroup === "/"
    ? []
    : [`controlled by ${quoted(cgroup)}${frozen === true ? " (frozen)" : ""}`];

/** Who is in a namespace, or what else keeps it alive. */
function holding(world: World, namespace: Namespace): string[] {
  const leader = world.leader(namespace);
  if (leader !== undefined)
    return [`process ${quoted(nameOf(leader))} (${leader.pid})`, ...cgroupWords(leader)];
  const [first, ...more] = holdersOf(namespace);
  const held = first === undefined ? [] : [`held by ${first}${more.length > 0 ? ` +${more.length}` : ""}`];
  if (namespace.processes.length > 0) return [`process (${namespace.processes[0]})`];
  return isOrphan(namespace) ? ["process (none)", ...held] : held;
}

/** `user:[4026532177] process "sleep" (1234) controlled by "/web" created by UID 1000 ("zion")`. */
export function namespaceWords(world: World, namespace: Namespace): string {
  const { kind, owner, uid } = namespace;
  const parts = [titleOf(namespace), ...holding(world, namespace)];
  const container = world.container(namespace);
  if (container !== undefined) parts.push(`in ${labelOf(container)}`);
  if (kind === "pid") parts.push(`owner ${owner === null ? "user:[?]" : world.title(owner)}`);
  if (kind === "user" || kind === "pid") parts.push(`created by ${accountWords(world, uid)}`);
  return parts.join(" ");
}

/** `docker container "web" (0123456789ab) of "shop", paused`. */
export function containerWords({ engine, name, id, group, paused }: Container): string {
  const parts = [`${engine} container`];
  if (name !== null) parts.push(quoted(name));
  if (id !== null) parts.push(`(${id.slice(0, 12)})`);
  if (group !== null) parts.push(`of ${quoted(group)}`);
  return `${parts.join(" ")}${paused === true ? ", paused" : ""}`;
}
