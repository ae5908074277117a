/** What a probe is, and how features of the kernel are tried without changing anything. */
import { existsSync } from "node:fs";
import { flagOf, type KindName } from "../../ns/kinds.ts";
import { type Attempt, attempt, type ResultOf, type Step, TRIED } from "../../sys/attempt.ts";
import { capabilityNumber } from "../../sys/capabilities.ts";
import { AT_FDCWD, SYS } from "../../sys/constants.ts";
import { cstring } from "../../sys/ffi.ts";
import { isCapable } from "../../sys/files.ts";
import { whyAppArmor } from "../why-clone.ts";

/** How something stands. `refused`: the kernel has it, and does not let this caller use it. */
export type State = "ok" | "missing" | "refused";

/** What a probe found. */
export interface Answer {
  readonly state: State;
  /** What there is, or why it is not. */
  readonly detail?: string;
  /** What makes it work; only what was found to be the reason. */
  readonly fix?: string;
}

/** One thing that nsbox wants of the machine. */
export interface Probe {
  /** The word that `nsbox check WORD` takes; of a kind of namespace its name. */
  readonly name: string;
  readonly title: string;
  /** What does not work without it. */
  readonly for: string;
  /** A plain `nsbox run ROOTFS COMMAND` works without it. */
  readonly optional: boolean;
  probe(): Answer;
}

/** It is there, and works. */
export const ok = (detail?: string): Answer =>
  detail === undefined ? { state: "ok" } : { state: "ok", detail };

/** The kernel, or the machine, has it not. */
export const missing = (detail: string, fix?: string): Answer => ({
  state: "missing",
  detail,
  ...(fix === undefined ? {} : { fix }),
});

/** It is not allowed. */
export const refused = (detail: string, fix?: string): Answer => ({
  state: "refused",
  detail,
  ...(fix === undefined ? {} : { fix }),
});

/** Whether this process may make namespaces without a user namespace. */
export const isAdmin = (): boolean => isCapable(capabilityNumber("SYS_ADMIN"));

/** What root of a user namespace may not either. */
export const ROOT_ONLY = "only root may, outside any user namespace";

const [MS_REC, MS_PRIVATE] = [0x4000, 0x40000];
const O_WRONLY = 1;

/** Calls to be made one after the other. */
export class Steps {
  readonly list: Step[] = [];

  /** Adds a call, and stands for its result in later ones. */
  call(number: number, ...args: (number | bigint | string | NodeJS.TypedArray | ResultOf)[]): ResultOf {
    this.list.push({ number, args: args.map((arg) => (typeof arg === "string" ? cstring(arg) : arg)) });
    return { result: this.list.length - 1 };
  }

  /** The same, for a call that may fail. */
  attempt(
    number: number,
    ...args: Parameters<Steps["call"]> extends [number, ...infer A] ? A : never
  ): ResultOf {
    const result = this.call(number, ...args);
    this.list[result.result] = { ...this.list[result.result]!, optional: true };
    return result;
  }

  /** Writes `text` to the file at `path`. */
  write(path: string, text: string): void {
    const fd = this.call(SYS.openat, AT_FDCWD, path, O_WRONLY);
    const bytes = new TextEncoder().encode(text);
    this.call(SYS.write, fd, bytes, bytes.length);
  }
}

/** A directory that is there whatever else is missing; what is mounted on it is seen by the child alone. */
const PLACE = ["/tmp", "/mnt", "/proc"].find((path) => existsSync(path)) ?? "/";

/**
 * Tries `build`'s calls in new namespaces, in a private copy of the mounts with an empty tmpfs as working
 * directory. `inUser`: inside a user namespace, in which the caller is root; without it only where
 * the caller may.
 */
export function inSandbox(
  kinds: readonly KindName[],
  inUser: boolean,
  build: (steps: Steps) => void,
): Attempt & { readonly prepared: boolean } {
  const steps = new Steps();
  if (inUser) mapSelf(steps);
  // In a chroot the root is no mount, and nothing is shared from there.
  steps.attempt(TRIED.mount, 0, "/", 0, MS_REC | MS_PRIVATE, 0);
  steps.call(TRIED.mount, "tmpfs", PLACE, "tmpfs", 0, 0);
  steps.call(TRIED.chdir, PLACE);
  const first = steps.list.length;
  build(steps);
  const wanted: readonly KindName[] = [...(inUser ? (["user"] as const) : []), "mnt", ...kinds];
  const flags = wanted.reduce((sum, kind) => sum + flagOf(kind), 0);
  const tried = attempt(flags, steps.list);
  return { ...tried, prepared: tried.failed === null || tried.failed >= first };
}

/** Makes the caller root in the user namespace that the child is in: what everybody may. */
export function mapSelf(steps: Steps): void {
  steps.attempt(TRIED.getpid);
  steps.write("/proc/self/setgroups", "deny");
  steps.write("/proc/self/uid_map", `0 ${process.geteuid!()} 1`);
  steps.write("/proc/self/gid_map", `0 ${process.getegid!()} 1`);
}

/** The answer where a sandbox to try something in could not be had. */
export function noSandbox(): Answer {
  const { cause, hint } = whyAppArmor() ?? {};
  return refused(cause ?? "no mount namespace can be made to try it in: see the kinds user and mnt", hint);
}
