/** Why a program beside the command did not start, or did not do what it was asked. */
import type { Op } from "../plan/plan.ts";
import type { Finding } from "./why-clone.ts";

const [EADDRINUSE, ETIMEDOUT, ECANCELED] = [98, 110, 125];

/** The cause, where the errno has but one. The program's own words have been printed by now. */
export function whyBeside(op: Op & { op: "run_beside" | "ask_slirp" }, errno: number): Finding {
  switch (errno) {
    case ECANCELED:
      return { cause: "it gave up; what it said stands above" };
    case ETIMEDOUT:
      return { cause: op.op === "run_beside" ? "it was not ready in time" : "it did not answer" };
    case EADDRINUSE:
      return {
        cause: "it could not listen on one of them: another program may, or the port may be below 1024",
      };
    default:
      return {};
  }
}
