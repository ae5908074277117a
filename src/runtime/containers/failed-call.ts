/** Errors of node:fs as errors for people. */
import { constants } from "node:os";
import { errnoText } from "../../sys/errno.ts";
import { NsboxError } from "../../util/errors.ts";

/** `ENOENT`, or "" where `error` has no code. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

/** The error for a system call that threw; errors worded already are handed on. */
export function failedCall(message: string, call: string, error: unknown): unknown {
  const code = codeOf(error);
  const errno = constants.errno[code as keyof typeof constants.errno];
  if (error instanceof NsboxError || errno === undefined) return error;
  return failedErrno(message, call, errno);
}

/** The error for a system call that returned minus `errno`. */
export function failedErrno(message: string, call: string, errno: number): NsboxError {
  const code = Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `${errno}`;
  return new NsboxError(message, { cause: `${call}: ${errnoText(errno)}`, code: "failed", errno: code });
}
