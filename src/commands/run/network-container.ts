/**
 * `--network container:NAME`. An ordinary user's container has a user namespace of its own, which owns its network:
 * who has no rights in there may not join it, see setns(2). Root has them in every user namespace below its own, and
 * over sysfs, low ports and devices of the network as well: it joins the network alone.
 */
import type { Parsed } from "../../cli/command.ts";
import type { Join } from "../../sandbox/joins.ts";
import type { RunRequest } from "../../sandbox/request.ts";
import { closeNamespace, identityOf, openNamespace, owningUserNamespace } from "../../sys/nsfs.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { findContainer, labelOf } from "../containers/find.ts";
import { joinOf } from "./joins.ts";
import { MAP_OPTIONS } from "./map-options.ts";

/**
 * The network namespace of the container that `word` means, and the user namespace that its rights come from.
 * @throws NsboxError where it does not run; UsageError where something else is said about users.
 */
export function joinsOf(input: Parsed, request: RunRequest, word: string): Join[] {
  const container = findContainer(word);
  const { status } = container;
  const label = labelOf(container);
  if (status?.state !== "running" || status.pid.pid === 0) {
    throw new NsboxError(`Cannot share the network of container "${label}"`, {
      cause: "it does not run",
      hint: `\`nsbox restart ${label}\` starts it`,
      code: "not-running",
    });
  }
  const net = joinOf(status.pid.pid, "net");
  const user = joinOf(status.pid.pid, "user");
  const isSaid = request.joins.some(({ kind }) => kind === "user");
  if (process.geteuid!() === 0 || isSaid || !isOwned(net.path, user.path)) return [net];
  const other = contradiction(input, request);
  if (other === undefined) return [net, user];
  throw new UsageError(
    `Option "--network container:${word}" joins the user namespace of container "${label}", and "${other}" says something else`,
    `Leave out "${other}"`,
  );
}

/** As people write them. */
const LETTERS: Readonly<Record<string, string>> = { "uid-map": "-M", "gid-map": "-G" };

/** What was typed about users that does not go with a user namespace that is joined. */
function contradiction(input: Parsed, { named, share }: RunRequest): string | undefined {
  if (named.includes("user")) return "-U";
  if (share.includes("user")) return "--share user";
  const map = MAP_OPTIONS.find((long) => input.has(long));
  return map === undefined ? undefined : (LETTERS[map] ?? `--${map}`);
}

/** The network namespace at `net` belongs to the user namespace at `user`, and that is not the caller's. */
function isOwned(net: string, user: string): boolean {
  const fd = openNamespace(net);
  if (fd < 0) return false;
  const owner = owningUserNamespace(fd);
  closeNamespace(fd);
  if (owner < 0) return false;
  const found = identityOf(owner);
  closeNamespace(owner);
  return isAt(user, found) && !isAt("/proc/self/ns/user", found);
}

function isAt(path: string, wanted: ReturnType<typeof identityOf>): boolean {
  const fd = openNamespace(path);
  if (fd < 0) return false;
  const found = identityOf(fd);
  closeNamespace(fd);
  return (
    typeof found !== "number" &&
    typeof wanted !== "number" &&
    found.inode === wanted.inode &&
    found.device === wanted.device
  );
}
