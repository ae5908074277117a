/** The root of another system as it was typed. */
import { realpathSync, statSync } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import { failed, wordsFor } from "../files/failure.ts";
import { isSamePlace } from "../files/paths.ts";

/** `path` absolute and without links; "" for this system's own root. Throws NsboxError where it is no directory. */
export function checkSysroot(path: string): string {
  try {
    const real = realpathSync(path);
    if (!isSamePlace(path, real)) {
      throw new NsboxError(`Cannot use "${path}" as a SYSROOT`, {
        cause: wordsFor("EXDEV"),
        hint: "Name the directory by its path in this one, as podman mount tells it",
      });
    }
    if (statSync(real).isDirectory()) return real === "/" ? "" : real;
  } catch (error) {
    throw failed(`Cannot use "${path}" as a SYSROOT`, error);
  }
  throw new NsboxError(`Cannot use "${path}" as a SYSROOT`, { cause: "it is no directory (ENOTDIR)" });
}
