/**
 * The plain run, `nsbox run ROOTFS COMMAND [ARG…]` by root: its plan is made when nsbox is built, by
 * `planRun` itself, but for the few values that only the command line knows. Half of the time between the
 * start of nsbox and the start of a command would go into making it anew.
 */
import type { EncodedPlan } from "../plan/plan.ts";
import { AFTER, BEFORE, COUNT, ENV_AFTER, ENV_BEFORE } from "./plain.gen.ts";

/** A longer path may have more bytes than the kernel takes; the long way says so. */
const LONGEST = 1024;

/** ROOTFS that is no directory: see `./mounts/`. */
const NO_TREE = "none";

/** What Bun makes of bytes that are no UTF-8. */
const GARBLED = "\uFFFD";

/**
 * The same plan as `planRun` makes of these words, those behind `run`; undefined where they or the
 * environment hold anything that is not plain.
 */
export function plainRun(args: readonly string[], caller: NodeJS.ProcessEnv): EncodedPlan | undefined {
  const root = args[0];
  const { TERM } = caller;
  if (args.length < 2 || !root || root[0] === "-" || root.length > LONGEST || root === NO_TREE)
    return undefined;
  if (caller["NO_COLOR"] || caller["CLICOLOR_FORCE"]) return undefined;
  if (args.join().includes(GARBLED) || TERM?.includes(GARBLED)) return undefined;
  return {
    blocks: [{ text: BEFORE + root + AFTER, count: COUNT }],
    argv: args.slice(1),
    env: TERM === undefined ? [...ENV_BEFORE, ...ENV_AFTER] : [...ENV_BEFORE, `TERM=${TERM}`, ...ENV_AFTER],
    display: `TERM=${TERM ?? "dumb"}`,
    bytes: false,
  };
}
