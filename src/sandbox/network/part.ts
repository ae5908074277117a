/** What a network makes of a plan. */
import type { Block } from "../../plan/plan.ts";
import type { FileItem } from "../mounts/request.ts";

/** The operations of `--network` and its kin. */
export interface NetworkPart {
  /** The monitor's, first of all that it does. */
  readonly before: readonly Block[];
  /** The monitor's, while the child waits. */
  readonly outside: readonly Block[];
  /** The child's, once loopback is up. */
  readonly inside: readonly Block[];
  /** Files that are mounted over those of ROOTFS: /etc/resolv.conf, /etc/hosts. */
  readonly items: readonly FileItem[];
  /** Ports of the host that lead inside, in words, for those who list containers. */
  readonly ports?: readonly string[];
  /** What is worth knowing before the command runs. */
  readonly notes?: readonly string[];
}
