/** Sources that would be nsbox's own: /proc/self is whoever looks. */
import { readlinkSync } from "node:fs";
import { posix } from "node:path";
import { UsageError } from "../../util/errors.ts";

/** As many links as the kernel follows. */
const MOST_LINKS = 40;

const OWN = /^\/proc\/(self|thread-self)(\/|$)/;

/** Where the link at `path` leads; undefined where it is none. */
function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** 1 link after another, part by part, until it is clear whether the way leads through /proc/self. */
function leadsToSelf(path: string): boolean {
  let done = "";
  let rest = path.split("/").filter((part) => part !== "");
  for (let links = 0; links <= MOST_LINKS; ) {
    const part = rest.shift();
    if (part === undefined) return OWN.test(done);
    done = posix.normalize(`${done}/${part}`);
    if (OWN.test(done)) return true;
    const link = linkAt(done);
    if (link === undefined) continue;
    links++;
    rest = [...link.split("/").filter((word) => word !== ""), ...rest];
    done = link.startsWith("/") ? "" : posix.dirname(done);
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
