/** What is PID 1 instead of the command. */
import { block } from "../plan/block.ts";
import type { INIT_MODE } from "../plan/constants.ts";
import type { Block } from "../plan/plan.ts";

/** As it was asked for. */
export type InitRequest = OwnInit | { readonly program: string };

/** The helper as PID 1. */
export interface OwnInit extends Startup {
  readonly mode: (typeof INIT_MODE)[keyof typeof INIT_MODE];
  /** A directory of the caller's for programs where memory files are none; "" for no such. */
  readonly session: string;
}

/** What only the whole startup has; zeros elsewhere. */
interface Startup {
  /** Bits of INIT_FLAG. */
  readonly flags: number;
  /** Seconds between TERM and KILL, for one process and for all that are left; INIT_NO_TIMEOUT for none given. */
  readonly process: number;
  readonly all: number;
}

/** What comes before the clone. */
export function initBefore(blocks: Block[], init: InitRequest): void {
  if ("mode" in init) blocks.push(block({ op: "init_file", session: init.session }));
}

/** Behind the filter, so that PID 1 is confined as the command is. */
export function initInside(blocks: Block[], init: InitRequest, path: string): void {
  if (!("mode" in init)) return;
  const { mode, flags, process, all } = init;
  blocks.push(block({ op: "init", mode, flags, process, all, path }));
}

/** The words that are executed. */
export const initArgv = (init: InitRequest, command: readonly string[]): readonly string[] =>
  "program" in init ? [init.program, ...command] : command;
