/** Operations of the security layers as they are by default, encoded when nsbox is built. */
import type { Block, Op } from "../../plan/plan.ts";
import { keptCapabilities } from "../../sys/capabilities.ts";
import { resourceNumber } from "../../sys/resources.ts";
import { encodeBlocks } from "../encode-blocks.ts";
import { SCOPE } from "./scope.ts";

const keep = (permitted: number): Op => ({
  op: "capabilities",
  bounding: keptCapabilities(),
  permitted,
  ambient: 0,
  required: 0,
});

/** RLIMIT_CORE: 0 would still feed a core_pattern pipe of the host, see core(5). */
const noCore: Op = { op: "limit", resource: resourceNumber("core"), soft: 1, hard: 1, lower: 1 };

/** Called when nsbox is built. */
export const securityOps = (): Readonly<Record<keyof typeof OPS, Block>> => encodeBlocks(OPS);

const OPS = {
  keyring: [{ op: "keyring" }],
  noCore: [noCore],
  /** Root inside: what it may have at most is what it has. */
  root: [keep(keptCapabilities())],
  /** Anybody else has nothing. */
  user: [keep(0)],
  noNewPrivs: [{ op: "no_new_privs" }],
  /** No signal to the outside, where the kernel knows how. */
  landlock: [
    { op: "landlock_ruleset", filesystem: 0, tcp: 0, scope: SCOPE.signals, needed: 0 },
    { op: "landlock_restrict" },
  ],
  /** The caller's terminal is guarded whatever else is switched off. */
  guard: [{ op: "guard_terminal" }],
  /** Last of all before the filter and the command. */
  end: [{ op: "die_with_monitor" }, { op: "restore_signals" }],
} as const satisfies Readonly<Record<string, readonly Op[]>>;
