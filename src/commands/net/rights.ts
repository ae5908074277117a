/** Who may change the network. */
import { isCapable } from "../../sys/files.ts";
import { NsboxError } from "../../util/errors.ts";

const CAP_NET_ADMIN = 12;

/** @throws NsboxError where this user may not `what`. */
export function needsRoot(what: string): void {
  if (process.geteuid!() === 0 && isCapable(CAP_NET_ADMIN)) return;
  throw new NsboxError(`Only root can ${what}`, {
    cause: process.geteuid!() === 0 ? "CAP_NET_ADMIN is missing" : "devices and addresses are the machine's",
    hint: "`nsbox run --network pasta` gives an ordinary user's container a way out",
    code: "not-permitted",
  });
}
