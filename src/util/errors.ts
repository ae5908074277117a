/**
 * The one error that nsbox shows to people. Everything else that is thrown is a bug.
 */

/** What an error says beyond its first line. */
export interface ErrorDetails {
  /** The call and errno, or the fact, behind the failure: `mount: permission denied (EPERM)`. */
  readonly cause?: string;
  /** What to do about it. Only for facts that were tested: a sysctl read, a file looked at. */
  readonly hint?: string;
  /** A stable word for machines: `usage`, `not-found`, `missing-library`. */
  readonly code?: string;
  /** The operation of the plan that failed, where one did. */
  readonly op?: string;
  /** The errno's name, where a system call failed: `EPERM`. */
  readonly errno?: string;
  /** Exit status; where it is absent the command decides (125 for `run`, 1 elsewhere). */
  readonly status?: number;
}

/**
 * A failure worded for the person at the terminal. `message` is the `error:` line: it names the
 * action and the thing, quotes values with double quotes, begins with a capital and has no full stop.
 */
export class NsboxError extends Error {
  override readonly name = "NsboxError";
  readonly details: ErrorDetails;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message);
    this.details = details;
  }
}

/** A mistake on the command line: status 2, or 125 from the commands that hand on another's status. */
export class UsageError extends NsboxError {
  constructor(message: string, hint?: string) {
    super(message, hint === undefined ? { code: "usage" } : { code: "usage", hint });
  }
}
