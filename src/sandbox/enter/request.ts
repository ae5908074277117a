/** What a user asks of `exec`, once the container was looked at. */
import type { KindName } from "../../ns/kinds.ts";
import type { Op } from "../../plan/plan.ts";

/** What confines the command, as operations in the order in which they work. */
export interface Confinement {
  /** Identity, capabilities, whatever else comes before the working directory. */
  readonly first: readonly Op[];
  /** Limits that would be in the way before. */
  readonly limits: readonly Op[];
  /** Filters that are loaded last of all. */
  readonly filters: readonly Op[];
}

/** A command to be executed in a container. Strings hold text, or bytes where `bytes` is set. */
export interface EnterRequest {
  /** In words: `process 123`, `container "web"`. */
  readonly title: string;
  /** The process whose namespaces are entered, and when it started, in ticks (proc_pid_stat(5)). */
  readonly pid: number;
  readonly start: number;
  /** The namespaces to enter, of those that are not the caller's own. */
  readonly kinds: readonly KindName[];
  /** Its root becomes the command's. */
  readonly root: boolean;
  /** The directories of the cgroups to join. */
  readonly cgroups: readonly { readonly path: string; readonly version: 1 | 2 }[];
  /** What has to be done before the process may be put there. */
  readonly attach?: Op | undefined;
  /** The badness for the out-of-memory killer that is usual there; undefined where it is the caller's. */
  readonly oomScoreAdj: number | undefined;
  readonly confinement: Confinement;
  readonly cwd: string;
  readonly command: readonly string[];
  /** `NAME=VALUE` each, and the PATH among them. */
  readonly env: readonly string[];
  readonly path: string;
  /** The command gets a terminal of its own, one of the container's /dev/pts. */
  readonly terminal: boolean;
  /** Nobody waits for the command. */
  readonly detach: boolean;
  readonly display: string;
  readonly bytes: boolean;
}
