/** A plan that is stored as it is executed: the helper, and the plan behind it. */
import { decode } from "../plan/decode.ts";
import type { Plan } from "../plan/plan.ts";
import { HELPER } from "../sys/helper.gen.ts";

/**
 * The plan in the bytes of a whole file.
 * @throws Error where they hold none of this build.
 */
export function planBehind(file: Buffer): Plan {
  const encoded = file.subarray(Uint8Array.fromBase64(HELPER).length);
  try {
    return decode(new TextDecoder("utf-8", { fatal: true }).decode(encoded), false);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return decode(encoded.toString("latin1"), true);
  }
}

/** The same; undefined where another build wrote the file: its plan means something else. */
export function planOfThisBuild(file: Buffer): Plan | undefined {
  const helper = Buffer.from(HELPER, "base64");
  if (!file.subarray(0, helper.length).equals(helper)) return undefined;
  try {
    return planBehind(file);
  } catch {
    return undefined;
  }
}
