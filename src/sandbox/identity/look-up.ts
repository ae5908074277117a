/** An identity as typed to one in numbers: reads the accounts of the host and of ROOTFS. */
import { NsboxError, UsageError } from "../../util/errors.ts";
import { groups as groupsOf, type Reader, type User, users, whyUnknown } from "./accounts.ts";
import { idNumber, isMapped, LARGEST_ID, mappedFrom } from "./id-map.ts";
import { mapsFor } from "./maps.ts";
import type { Identity, IdentityRequest, Surroundings } from "./request.ts";

/**
 * Looks up every name and checks that all ids are mapped.
 * @throws NsboxError where one is not.
 */
export function lookUpIdentity(request: IdentityRequest, around: Surroundings): Identity {
  const made = around.userNamespace === "made";
  const joined = around.userNamespace === "joined";
  const { maps, denySetgroups, canSetGroups } =
    !around.mounts && request.map === "none"
      ? { maps: undefined, denySetgroups: false, canSetGroups: false }
      : made
        ? mapsFor(request, around)
        : { maps: undefined, denySetgroups: false, canSetGroups: true };
  const setUp = maps ? inside(maps, around) : { uid: joined ? 0 : around.uid, gid: joined ? 0 : around.gid };
  const user = request.user === undefined ? undefined : findUser(request.user, around.read);
  const added = request.groups.map((group) => findGroup(group, around.read));
  const ids = user && { uid: user.uid, gid: user.gid };
  // Groups that merely come with the account are left out where none can be had.
  const own = canSetGroups ? (user?.groups ?? []) : [];
  const groups = (user && canSetGroups) || added.length > 0 ? [...new Set([...own, ...added])] : undefined;
  if (maps) {
    for (const [what, ranges, list] of [
      ["user", maps.uid.ranges, ids ? [ids.uid] : []],
      ["group", maps.gid.ranges, [...(ids ? [ids.gid] : []), ...(groups ?? [])]],
    ] as const) {
      for (const id of list) if (!isMapped(ranges, id)) throw notMapped(what, id);
    }
  }
  if (groups && groups.length > 0 && !canSetGroups) {
    throw new NsboxError("Cannot set supplementary groups", {
      cause: "the kernel denies setgroups in a user namespace whose gid_map an ordinary user wrote",
      hint: "Add `--map-auto`: maps written by newgidmap allow it",
      code: "identity",
    });
  }
  const mapsCaller = maps && mappedFrom(maps.uid.ranges, around.uid) !== undefined;
  const mapsGroup = maps && mappedFrom(maps.gid.ranges, around.gid) !== undefined;
  return {
    maps,
    denySetgroups,
    canSetGroups,
    setUp: (maps && !(mapsCaller && mapsGroup)) || joined ? setUp : undefined,
    ids,
    groups,
    isRoot: (ids ?? setUp).uid === 0 && request.map !== "none",
    unmapped: request.map === "none" && around.mounts,
    home: user?.home,
    ttyGroup: maps !== undefined && isMapped(maps.gid.ranges, 5),
    idmapRoot: maps !== undefined && around.uid === 0 && mappedFrom(maps.uid.ranges, 0) !== 0,
  };
}

/** Whom the set-up works as: the caller where it is mapped, else root where that is, else the first id. */
function inside(
  maps: NonNullable<Identity["maps"]>,
  { uid, gid }: Surroundings,
): { uid: number; gid: number } {
  const choose = (ranges: (typeof maps)["uid"]["ranges"], id: number): number =>
    mappedFrom(ranges, id) ?? (isMapped(ranges, 0) ? 0 : (ranges[0]?.inside ?? 0));
  return { uid: choose(maps.uid.ranges, uid), gid: choose(maps.gid.ranges, gid) };
}

/** A user, looked up. */
export interface Found {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly home: string;
}

/** `NAME|UID[:GROUP|GID]`. Without a group: the account's and all that list it; for a bare number the same. */
export function findUser(text: string, read: Reader): Found {
  const [name = "", group, ...more] = text.split(":");
  if (name === "" || group === "" || more.length > 0) {
    throw new UsageError(`Invalid "--user ${text}": it takes "USER[:GROUP]", names or numbers`);
  }
  const known = users(read);
  const number = idNumber(name);
  const account: User | undefined = known.find((user) =>
    number === undefined ? user.name === name : user.uid === number,
  );
  const uid = number ?? account?.uid;
  if (uid === undefined) throw unknown("user", name, read, "/etc/passwd", "--user 1000");
  const home = account?.home.startsWith("/") ? account.home : "/";
  if (group !== undefined) return { uid, gid: findGroup(group, read), groups: [], home };
  const groups = account
    ? groupsOf(read)
        .filter(({ members }) => members.includes(account.name))
        .map(({ gid }) => gid)
    : [];
  return { uid, gid: account?.gid ?? uid, groups, home };
}

function findGroup(name: string, read: Reader): number {
  const number = idNumber(name);
  if (number !== undefined) return number;
  const found = groupsOf(read).find((group) => group.name === name);
  if (found === undefined) throw unknown("group", name, read, "/etc/group", "--group-add 1000");
  return found.gid;
}

function unknown(what: string, name: string, read: Reader, file: string, example: string): NsboxError {
  if (/^\d+$/.test(name)) {
    return new NsboxError(`No ${what} has the id ${name}`, {
      cause: `${LARGEST_ID} is the last`,
      code: "identity",
    });
  }
  return new NsboxError(`Unknown ${what} "${name}"`, {
    cause: whyUnknown(read, file, name),
    hint: `Give a number: ${example}`,
    code: "identity",
  });
}

const notMapped = (what: string, id: number): NsboxError =>
  new NsboxError(`Cannot become ${what} ${id}`, {
    cause: `the user namespace's ${what === "user" ? "uid_map" : "gid_map"} does not map it`,
    hint: `\`--map-auto\` maps the caller's subordinate ids, "${what === "user" ? "-M" : "-G"}" any ranges`,
    code: "identity",
  });
