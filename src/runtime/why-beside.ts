/** Why a program beside the command did not start. */
import type { Finding } from "./why-clone.ts";

const [ETIMEDOUT, ECANCELED] = [110, 125];

/** The cause, where the errno has but one. The program's own words have been printed by now. */
export function whyBeside(errno: number): Finding {
  if (errno === ECANCELED) return { cause: "it gave up; what it said stands above" };
  return errno === ETIMEDOUT ? { cause: "it was not ready in time" } : {};
}
