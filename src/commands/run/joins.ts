/** What was typed about namespaces to join. */
import { resolve } from "node:path";
import type { Parsed } from "../../cli/command.ts";
import { didYouMean, suggest } from "../../cli/suggest.ts";
import { badNetnsName, NETNS_DIRECTORY } from "../../net/netns.ts";
import { KINDS, type KindName } from "../../ns/kinds.ts";
import type { Join } from "../../sandbox/joins.ts";
import { linkAt } from "../../sys/files.ts";
import { UsageError } from "../../util/errors.ts";

/** So much of a name that cannot be is printed. */
const LONGEST_SHOWN = 64;

/** The joins, `--join-net` included. @throws UsageError naming the word that cannot be. */
export function readJoins(input: Parsed): Join[] {
  const joins = input.values("join").map(readJoin);
  const name = input.value("join-net");
  if (name !== undefined) {
    const bad = badNetnsName(name);
    if (bad !== undefined) {
      const shown = name.length > LONGEST_SHOWN ? `${name.slice(0, LONGEST_SHOWN)}…` : name;
      throw new UsageError(
        `Invalid "--join-net ${shown}": it takes the name of a network namespace, and ${bad}`,
        "A path or a process is joined by --join net=PATH or --join net=PID",
      );
    }
    joins.push({ kind: "net", path: `${NETNS_DIRECTORY}/${name}`, copy: false });
  }
  return joins;
}

function readJoin(text: string): Join {
  const equals = text.indexOf("=");
  const word = text.slice(0, Math.max(equals, 0));
  const kind = KINDS.find(({ name, long }) => word === name || `${word}-ns` === long);
  if (kind === undefined) {
    const names = KINDS.map(({ name }) => name);
    throw new UsageError(
      equals < 0
        ? `Invalid "--join ${text}": it takes KIND=PATH or KIND=PID`
        : `Unknown kind of namespace "${word}" in "--join ${text}"`,
      didYouMean(suggest(word, names)) ?? `The kinds are ${names.join(", ")}`,
    );
  }
  const copy = text.endsWith(":copy");
  const target = text.slice(equals + 1, copy ? -":copy".length : undefined);
  if (copy && kind.name !== "mnt") {
    throw new UsageError(`Invalid "--join ${text}": only a mount namespace can be copied`);
  }
  if (target === "") throw new UsageError(`Invalid "--join ${text}": it takes a path or a process id`);
  if (/^\d+$/.test(target)) return { ...joinOf(target, kind.name), copy };
  return { kind: kind.name, path: resolve(target), copy };
}

/**
 * The namespace that a process is in now: a container that is started again finds it there, or is not started, since
 * the number may be another process's by then.
 */
export function joinOf(pid: number | string, kind: KindName): Join {
  const path = `/proc/${pid}/ns/${kind}`;
  const inode = Number(/\[(\d+)\]$/.exec(linkAt(path) ?? "")?.[1] ?? 0);
  return { kind, path, inode, copy: false };
}
