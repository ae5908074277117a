/** The namespaces of containers, for `nsbox ps --ns`. */
import { readlinkSync } from "node:fs";
import { KINDS } from "../../ns/kinds.ts";
import type { NamespaceIds } from "../../ns/model.ts";
import { isAlive } from "../../runtime/containers/process.ts";
import type { Container } from "../../runtime/containers/settle.ts";

/** The columns, a kind each. */
export const namespaceHeadings = KINDS.map(({ name }) => ({
  kind: name,
  heading: `${name}NS`.toUpperCase(),
}));

/** Ids by kind of what a container's first process is in; null where it has none that lives. */
export function namespacesIn({ status }: Container): NamespaceIds | null {
  const first = status?.pid;
  if (first === undefined || first.pid === 0 || !isAlive(first)) return null;
  const ids: { [kind: string]: number } = {};
  for (const { name } of KINDS) {
    const id = idAt(`/proc/${first.pid}/ns/${name}`);
    if (id !== undefined) ids[name] = id;
  }
  // Its PID may have been given to another process meanwhile.
  return isAlive(first) ? ids : null;
}

/** The N of `net:[N]`; undefined where the kernel has no such kind, or tells nobody. */
function idAt(link: string): number | undefined {
  try {
    return Number(/\[(\d+)\]/.exec(readlinkSync(link))?.[1]);
  } catch {
    return undefined;
  }
}
