/** Why a mount was refused, and which standard descriptor leads outside. */
import { fstatSync, readlinkSync } from "node:fs";
import { ownMounts } from "../ns/own-mounts.ts";
import type { Finding } from "./why-clone.ts";

const [EPERM, ENODEV, EINVAL] = [1, 19, 22];

/**
 * In a user namespace the kernel mounts a new proc or sysfs only where the one there is wholly visible: see
 * mount_namespaces(7). Whatever is mounted below it hides a part. Undefined where that is not the reason.
 */
function whyHidden(type: string): Finding | undefined {
  const place = type === "proc" ? "/proc" : "/sys";
  const over = ownMounts()
    .map(({ path }) => path)
    .filter((point) => point.startsWith(`${place}/`));
  if (over.length === 0) return undefined;
  return {
    cause: `mounts hide parts of ${place} here (${over.slice(0, 3).join(", ")}), so no new ${type} may be mounted`,
    hint: 'Where the container around this one is nsbox\'s, start that with "--unmask ALL" (podman: --security-opt unmask=ALL); else run as root without "-U"',
  };
}

/** Why a new filesystem was refused, whatever its target; undefined where the target may be the reason. */
export function whyMount(type: string, options: string, errno: number): Finding | undefined {
  if (errno === EPERM && (type === "proc" || type === "sysfs")) return whyHidden(type);
  if (errno === ENODEV) return { cause: `this kernel has no filesystem ${type}` };
  if (errno === EINVAL && options !== "") {
    return { cause: `the kernel does not take one of its options: ${options.replaceAll("?", "")}` };
  }
  return undefined;
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
