/**
 * Points between the operations of a plan at which a process of ours can be told to wait, so that a test may
 * kill it there. `scripts/abi.ts` makes C's enum of them.
 */

/** Each phase, and who is in it. In the order of a container's life. */
export const PHASES = [
  /** nsbox, executed anew: the plan is read, and nothing is done. */
  "begun",
  /** The caller's process, once there is a supervisor. */
  "front",
  /** The supervisor: it is born, and in the caller's session still. */
  "supervisor",
  /** The supervisor, before it makes a monitor. */
  "life",
  /** The monitor of a kept container: it is born, and does not watch the supervisor yet. */
  "monitor",
  /** The supervisor: there is a monitor, and no status says so. */
  "unwritten",
  /** The process of `nsbox exec` that enters: outside still. */
  "entering",
  /** The same, inside. */
  "entered",
  /** The child: it is born, and does not wait for its release yet. */
  "child",
  /** The monitor: all is set up outside. */
  "created",
  /** The monitor: the child may go on. */
  "released",
  /** The command to be, behind its own PID 1. */
  "command",
  /** The process that is about to become PID 1. */
  "init",
  /** The monitor: the command runs. */
  "running",
  /** The supervisor: the status says that the command runs. */
  "told",
  /** The monitor: the command has ended, and nothing is undone. */
  "ended",
  /** The monitor: all is undone. */
  "undone",
  /** The supervisor: a life has ended. */
  "lived",
  /** The supervisor: between two lives. */
  "pause",
  /** The supervisor: all is over, and the status does not say so. */
  "over",
  /** The supervisor, before it removes the state. */
  "removing",
  /** The supervisor: half of the state is removed. */
  "half_removed",
  /** The supervisor: nothing is left but to tell those who are attached. */
  "telling",
] as const;

/** The name of one. */
export type Phase = (typeof PHASES)[number];

/** The number that stands for the first of them where a step's could: no plan has as many steps. */
export const FIRST_PHASE = 10_001;

/** The number of a phase, as the plan has it. */
export const phaseStep = (phase: Phase): number => FIRST_PHASE + PHASES.indexOf(phase);
