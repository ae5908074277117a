/** The network namespaces that have a name, whoever made them. */
import { lstatSync, readdirSync } from "node:fs";
import { badNetnsName, NETNS_DIRECTORY } from "../../net/netns.ts";
import { errnoName } from "../../sys/errno.ts";
import { closeNamespace, identityOf, namespaceType, openNamespace } from "../../sys/nsfs.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";

const CLONE_NEWNET = 0x40000000;

/** A name, and what it stands for. */
export interface NamedNetwork {
  readonly name: string;
  readonly path: string;
  /** The inode number; null where the file is no network namespace (any more). */
  readonly id: number | null;
}

/** The path of `name`. @throws UsageError where that can be no name. */
export function netnsPath(name: string): string {
  const cause = badNetnsName(name);
  if (cause === undefined) return `${NETNS_DIRECTORY}/${name}`;
  const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name;
  throw new UsageError(`Invalid name of a network namespace "${shown}": ${cause}`);
}

/** What `name` stands for; undefined where there is no such file. */
export function findNamed(name: string): NamedNetwork | undefined {
  const path = netnsPath(name);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  return { name, path, id: networkAt(path) };
}

/** All of them, by name. */
export function namedNetworks(): NamedNetwork[] {
  return names().map((name) => ({
    name,
    path: `${NETNS_DIRECTORY}/${name}`,
    id: networkAt(`${NETNS_DIRECTORY}/${name}`),
  }));
}

/** The id of the network namespace at `path`; null where that is something else. Nothing else is opened. */
function networkAt(path: string): number | null {
  const fd = openNamespace(path);
  if (fd < 0) return null;
  try {
    const identity = identityOf(fd);
    return typeof identity === "number" || namespaceType(fd) !== CLONE_NEWNET ? null : identity.inode;
  } finally {
    closeNamespace(fd);
  }
}

function names(): string[] {
  try {
    return readdirSync(NETNS_DIRECTORY).sort();
  } catch (error) {
    const { code = "", errno = 0 } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw new NsboxError(`Cannot list "${NETNS_DIRECTORY}"`, { errno: code || errnoName(-errno) });
  }
}

/** The error for a name that there is not; `action`: "enter", "remove". There is no network namespace `name`. */
export function noSuchNetwork(action: string, name: string): NsboxError {
  const known = names();
  return new NsboxError(`Cannot ${action} network namespace "${name}"`, {
    cause:
      known.length === 0
        ? `"${netnsPath(name)}" is not there, and no other has a name`
        : `"${netnsPath(name)}" is not there; there are ${listOf(known)}`,
    ...(action === "enter" ? { hint: `\`nsbox netns add ${name}\` makes it` } : {}),
    code: "not-found",
  });
}

/** So many names are listed in an error. */
const MOST = 10;

const listOf = (known: readonly string[]): string =>
  known.length <= MOST
    ? known.join(", ")
    : `${known.slice(0, MOST).join(", ")} and ${known.length - MOST} more`;
