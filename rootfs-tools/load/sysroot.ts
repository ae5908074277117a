/** The root of another system as it was typed. */
import { realpathSync, statSync } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import { failed, wordsFor } from "../files/failure.ts";
import { isSamePlace } from "../files/paths.ts";

/**
 * `path` absolute and without links; "" for this system's own root. Throws NsboxError where it is no directory;
 * `role` is what it was to be.
 */
export function checkSysroot(path: string, role = "SYSROOT"): string {
  const message = `Cannot use "${path}" as a ${role}`;
  try {
    const real = realpathSync(path);
    if (!isSamePlace(path, real)) {
      throw new NsboxError(message, {
        cause: wordsFor("EXDEV"),
        hint: "Name the directory by its path in this one, as podman mount tells it",
      });
    }
    if (statSync(real).isDirectory()) return real === "/" ? "" : real;
  } catch (error) {
    throw failed(message, error);
  }
  throw new NsboxError(message, { cause: "it is no directory (ENOTDIR)" });
}
