/** A plan that is stored as it is executed: the helper, and the plan behind it. */
import { decode } from "../plan/decode.ts";
import type { Plan } from "../plan/plan.ts";
import { HELPER } from "../sys/helper.gen.ts";

/**
 * Decodes the bytes of an encoded plan.
 * @throws Error where they are no plan of this build.
 */
export function decodePlan(bytes: Uint8Array): Plan {
  try {
    return decode(new TextDecoder("utf-8", { fatal: true }).decode(bytes), false);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Not by TextDecoder, whose "latin1" is another encoding.
    return decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1"), true);
  }
}

/** The same for a whole file. */
export const planBehind = (file: Uint8Array): Plan =>
  decodePlan(file.subarray(Uint8Array.fromBase64(HELPER).length));

/** Likewise; undefined where another build wrote the file: its plan means something else. */
export function planOfThisBuild(file: Buffer): Plan | undefined {
  const helper = Buffer.from(HELPER, "base64");
  if (!file.subarray(0, helper.length).equals(helper)) return undefined;
  try {
    return planBehind(file);
  } catch {
    return undefined;
  }
}
