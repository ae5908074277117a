/** Sources that would be nsbox's own: /proc/self is whoever looks. */
import { linkAt } from "../../sys/files.ts";
import { UsageError } from "../../util/errors.ts";
import { normalize } from "../../util/normalize.ts";

/** As many links as the kernel follows. */
const MOST_LINKS = 40;

const OWN = /^\/proc\/(self|thread-self)(\/|$)/;

/** One link after another, part by part, until it is clear whether the way leads through /proc/self. */
function leadsToSelf(path: string): boolean {
  let done = "/";
  let rest = path.split("/");
  for (let links = 0; links <= MOST_LINKS; ) {
    const part = rest.shift();
    if (part === undefined) return OWN.test(done);
    const next = normalize(`${done}/${part}`);
    if (OWN.test(next)) return true;
    const link = next === done ? undefined : linkAt(next);
    if (link === undefined) {
      done = next;
      continue;
    }
    links++;
    rest = [...link.split("/"), ...rest];
    if (link.startsWith("/")) done = "/";
  }
  return false;
}

/** @throws UsageError where `source` is, or is reached through, what belongs to nsbox itself. */
export function refuseOwnProcess(source: string, typed: string): void {
  if (!leadsToSelf(source)) return;
  throw new UsageError(
    `"${typed}": "${source}" leads through /proc/self, which is nsbox itself here`,
    'Name the file that is meant; "--file FD:DST" copies what a descriptor holds',
  );
}
