/** Why a mount was refused, and which standard descriptor leads outside. */
import { fstatSync, readFileSync, readlinkSync } from "node:fs";
import type { Finding } from "./why-clone.ts";

const EPERM = 1;

/**
 * In a user namespace the kernel mounts a new proc or sysfs only where the one there is wholly visible: see
 * mount_namespaces(7). Whatever is mounted below it hides a part.
 */
export function whyMount(type: string, errno: number): Finding {
  if (errno !== EPERM || (type !== "proc" && type !== "sysfs")) return {};
  const place = type === "proc" ? "/proc" : "/sys";
  const over = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((point) => point.startsWith(`${place}/`));
  if (over.length === 0) return {};
  return {
    cause: `mounts hide parts of ${place} here (${over.slice(0, 3).join(", ")}), so no new ${type} may be mounted`,
    hint: `Run where ${place} is whole, or as root without "-U"`,
  };
}

/** A standard descriptor that would lead out of the sandbox. */
export interface UnfitStream {
  readonly name: string;
  readonly why: string;
}

/** The first of the three that is no stream; undefined where none can be told to be one. */
export function unfitStream(): UnfitStream | undefined {
  for (const [fd, name] of ["standard input", "standard output", "standard error"].entries()) {
    try {
      const link = readlinkSync(`/proc/self/fd/${fd}`);
      if (fstatSync(fd).isDirectory()) {
        return { name, why: `it is the directory "${link}", and through it the host's files could be read` };
      }
      if (/^(\w+|anon_inode):\[/.test(link) && !/^(pipe|socket):/.test(link)) {
        return { name, why: `it is ${link}, which leads out of the sandbox` };
      }
    } catch {
      // Not this one: it cannot even be looked at.
    }
  }
  return undefined;
}

/** Why a standard descriptor was refused. */
export const whyStandardFds = (): Finding => ({
  cause:
    unfitStream()?.why ?? "one of them is a handle on a file or a namespace, which leads out of the sandbox",
});
