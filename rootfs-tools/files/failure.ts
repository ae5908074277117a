/** Words for failed system calls. */
import { NsboxError } from "../../src/util/errors.ts";

/** The errno's name that a failed call of node:fs carries, such as `ENOENT`; empty for any other error. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** `error` of node:fs as an NsboxError with `message`; one that already is worded stays as it is. */
export function failed(message: string, error: unknown): NsboxError {
  if (error instanceof NsboxError) return error;
  const errno = errnoOf(error);
  if (errno === "" || !(error instanceof Error)) throw error;
  // "ENOSPC: no space left on device, copyfile 'a' -> 'b'": the paths stand in our own message.
  const text = error.message.replace(/^[A-Z0-9]+: /, "").replace(/, \w+.*$/s, "");
  const call = "syscall" in error && typeof error.syscall === "string" ? `${error.syscall}: ` : "";
  return new NsboxError(message, { cause: `${call}${text} (${errno})`, errno });
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EILSEQ: "a name that is not UTF-8",
  EXDEV: "a link of /proc leads into another mount namespace",
  EISDIR: "is a directory",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "file name too long",
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
};

/** What errno `name` means, and the name itself: `no such file or directory (ENOENT)`. */
export const wordsFor = (name: string): string => (name in WORDS ? `${WORDS[name]} (${name})` : name);
