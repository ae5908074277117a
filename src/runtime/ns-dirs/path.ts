/** The directory that a word means, by the one path that its record knows it by. */
import { realpathSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { codeOf, failedCall } from "../containers/failed-call.ts";

/** What Bun makes of bytes that are no UTF-8. */
const GARBLED = "\uFFFD";
const PATH_MAX = 4096;
/** The longest name of a file in it, with its slash. */
const NAME = 16;

/**
 * `typed` as an absolute path without links; it need not be there, but what it would be made in must be.
 * @throws NsboxError where it can be no such directory.
 */
export function trueDirectory(typed: string): string {
  if (typed === "") throw new UsageError("DIR is empty");
  if (process.argv.some((word) => word.includes(GARBLED)) && /[^ -~]/.test(typed)) {
    throw new NsboxError("Cannot use this name of a directory for namespaces", { cause: "it is not UTF-8" });
  }
  const path = realOf(resolve(typed), typed);
  if (Buffer.byteLength(path) + NAME > PATH_MAX) throw new UsageError("DIR is longer than a path may be");
  return path;
}

function realOf(path: string, typed: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw failedCall(`Cannot use directory "${typed}"`, "realpath", error);
  }
  try {
    return resolve(realpathSync(dirname(path)), basename(path));
  } catch (error) {
    throw codeOf(error) === "ENOENT"
      ? new NsboxError(`Cannot make directory "${typed}"`, {
          cause: `"${dirname(path)}" is not there`,
          hint: `mkdir -p ${dirname(path)}`,
          code: "not-found",
        })
      : failedCall(`Cannot use directory "${typed}"`, "realpath", error);
  }
}
