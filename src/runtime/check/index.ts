/** All that nsbox wants of the kernel, in the order in which it is printed. A new probe is a row of one part. */
import { ID_PROBES } from "./ids.ts";
import { KIND_PROBES } from "./kinds.ts";
import { LIMIT_PROBES } from "./limits.ts";
import { MOUNT_CALL_PROBES } from "./mount-calls.ts";
import { MOUNT_PROBES } from "./mounts.ts";
import { NETWORK_PROBES } from "./networks.ts";
import type { Probe } from "./probe.ts";
import { SECURITY_PROBES } from "./security.ts";
import { SYSTEM_PROBES } from "./system.ts";

/** A heading and its probes. */
export interface Part {
  readonly title: string;
  readonly probes: readonly Probe[];
}

/** All of the kernel's. */
export const PARTS: readonly Part[] = [
  { title: "Namespaces", probes: KIND_PROBES },
  { title: "Users", probes: ID_PROBES },
  { title: "Mounts", probes: [...MOUNT_PROBES, ...MOUNT_CALL_PROBES] },
  { title: "Confinement", probes: SECURITY_PROBES },
  { title: "Processes", probes: SYSTEM_PROBES },
  { title: "Limits", probes: LIMIT_PROBES },
  { title: "Networks", probes: NETWORK_PROBES },
];
