/** The machine, and who looks at it. */
import { readFileSync } from "node:fs";
import { hostname, machine, release } from "node:os";
import { CAPABILITIES, holds } from "../../sys/capabilities.ts";
import type { Host, Viewer } from "../model.ts";
import type { Own } from "./found.ts";

/** USER_HZ, the same on both architectures, see time(7). */
const TICKS = 100;

const textAt = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** This machine, with the names of those of `uids` that have one in passwd(5). */
export function hostOf(uids: ReadonlySet<number>): Host {
  const users: Record<string, string> = {};
  for (const line of textAt("/etc/passwd").split("\n")) {
    const [name, , uid] = line.split(":");
    if (name && uid && uids.has(Number(uid))) users[uid] ??= name;
  }
  return {
    name: hostname(),
    kernel: release(),
    machine: machine(),
    boot: Number(/^btime (\d+)$/m.exec(textAt("/proc/stat"))?.[1] ?? 0),
    ticks: TICKS,
    users,
  };
}

/** This process, whose namespaces are `own`. */
export function viewerOf(own: Own): Viewer {
  const mask = Number.parseInt(/^CapEff:\s*([0-9a-f]+)$/m.exec(textAt("/proc/self/status"))?.[1] ?? "0", 16);
  return {
    pid: process.pid,
    uid: process.geteuid?.() ?? 0,
    capabilities: CAPABILITIES.filter(({ number }) => holds(mask, number)).map(({ name }) => `CAP_${name}`),
    namespaces: own,
  };
}
