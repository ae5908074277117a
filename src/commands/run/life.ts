/** How the command shall live, as it was typed. */
import type { Parsed } from "../../cli/command.ts";
import type { KindName } from "../../ns/kinds.ts";
import { block } from "../../plan/block.ts";
import type { Op } from "../../plan/plan.ts";
import type { LifePart } from "../../sandbox/life.ts";
import { NO_WINDOW, windowSize } from "../../sys/window.ts";
import { UsageError } from "../../util/errors.ts";
import { isKept } from "./is-kept.ts";

/** Options that say something of a container that is kept. */
const OF_KEPT = ["restart", "stop-signal", "stop-timeout", "log-size", "detach-keys"];

/**
 * The operations for `input`. `kinds`: the namespaces that the command gets, joined ones included.
 * @throws UsageError where options contradict each other.
 */
export function readLife(input: Parsed, kinds: readonly KindName[]): LifePart {
  check(input, kinds);
  const kept = isKept(input);
  const descriptors: number[] = [];
  const before: Op[] = [];
  const descriptor = (option: string): number => {
    const word = input.value(option);
    if (word === undefined) return -1;
    if (!/^\d{1,7}$/.test(word) || Number(word) < 3) {
      throw new UsageError(`Invalid "--${option} ${word}": it takes the number of a descriptor above 2`);
    }
    descriptors.push(Number(word));
    return Number(word);
  };
  const [sync, waited, status] = [descriptor("sync-fd"), descriptor("block-fd"), descriptor("status-fd")];
  if (descriptors.length > 0) before.push({ op: "hold", sync, block: waited, status });
  if (input.has("die-with-parent")) before.push({ op: "die_with_parent", parent: process.ppid });
  const inside: Op[] = [];
  if (input.has("tty")) inside.push({ op: "terminal", ...(kept ? windowSize() : NO_WINDOW) });
  if (input.has("tty") || kept) inside.push({ op: "session", terminal: Number(input.has("tty")) });
  const file = input.value("pid-file");
  if (file === "") throw new UsageError('Option "--pid-file" has an empty value');
  const outside: Op[] = file === undefined ? [] : [{ op: "pid_file", path: file }];
  return { before: before.map(block), outside: outside.map(block), inside: inside.map(block), descriptors };
}

function check(input: Parsed, kinds: readonly KindName[]): void {
  const kept = isKept(input);
  for (const option of OF_KEPT) {
    if (input.has(option) && !kept) {
      throw new UsageError(
        `Option "--${option}" is for a container that is kept`,
        'Add "-d" or "--name NAME"',
      );
    }
  }
  if (input.has("tty") && !kinds.includes("mnt")) {
    throw new UsageError(
      'Option "--tty" needs a mount namespace: the terminal is one of the container\'s own /dev/pts',
      'Add "-m"',
    );
  }
  if (kept && input.has("die-with-parent")) {
    throw new UsageError(
      'Options "--die-with-parent" and "--detach" or "--name" contradict each other: a container that is kept outlives its caller',
    );
  }
  if (!input.has("restart") || input.value("restart") === "no") return;
  for (const option of ["rm", "block-fd"]) {
    if (input.has(option)) {
      throw new UsageError(`Options "--restart" and "--${option}" contradict each other`);
    }
  }
}
