/** The maps of a new user namespace, and who may write them. See user_namespaces(7), newuidmap(1). */
import { NsboxError, UsageError } from "../../util/errors.ts";
import { groups, nextSubordinate, subordinates, users } from "./accounts.ts";
import { type IdRange, type Lookup, readIdMap } from "./id-map.ts";
import type { Identity, IdentityRequest, Mapping, Surroundings } from "./request.ts";

/** The two kinds of id, and what each is called where. */
const SIDES = {
  uid: { option: "--uid-map", file: "/etc/subuid", tool: "newuidmap", what: "user", flag: "--add-subuids" },
  gid: { option: "--gid-map", file: "/etc/subgid", tool: "newgidmap", what: "group", flag: "--add-subgids" },
} as const;

type Side = (typeof SIDES)[keyof typeof SIDES];

/** Directories in which newuidmap is looked up: it is setuid, so the caller's PATH is no matter. */
const TOOLS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A line of the size that useradd gives. */
const USUAL_COUNT = 65536;

/**
 * The maps that a request means for this caller.
 * @throws NsboxError naming who, the file and the missing line.
 */
export function mapsFor(
  request: IdentityRequest,
  around: Surroundings,
): Pick<Identity, "maps" | "denySetgroups" | "canSetGroups"> {
  const given = request.uidMap.length > 0 || request.gidMap.length > 0;
  if (given && request.map !== undefined) {
    throw new UsageError(
      `Option "--${request.map === "none" ? "no-map" : `map-${request.map}`}" contradicts "-M" and "-G"`,
    );
  }
  const name = users("/").find(({ uid }) => uid === around.uid)?.name;
  const mapping = (side: Side, id: number, values: readonly string[], lookups: readonly [Lookup, Lookup]) => {
    const ranges =
      values.length > 0
        ? readIdMap(side.option, values, ...lookups)
        : request.map === "auto"
          ? automatic(side, around, id, name)
          : [{ inside: request.map === "current" ? id : 0, outside: id, length: 1 }];
    return { ranges, tool: toolFor(side, ranges, around, id, name) };
  };
  const named =
    (list: readonly { name: string }[], key: "uid" | "gid"): Lookup =>
    (word) =>
      (list as readonly { name: string; uid?: number; gid?: number }[]).find((each) => each.name === word)?.[
        key
      ];
  const { root } = around;
  const maps = {
    uid: mapping(SIDES.uid, around.uid, request.uidMap, [
      named(root === undefined ? [] : users(root), "uid"),
      named(users("/"), "uid"),
    ]),
    gid: mapping(SIDES.gid, around.gid, request.gidMap, [
      named(root === undefined ? [] : groups(root), "gid"),
      named(groups("/"), "gid"),
    ]),
  };
  // newgidmap denies it by itself where all it maps is the caller's own group.
  const direct = maps.gid.tool === undefined;
  return {
    maps,
    denySetgroups: around.uid !== 0 && direct,
    canSetGroups: around.uid === 0 || !direct,
  };
}

/** The caller as root and its subordinate ids behind it; for root itself its subordinate ids alone. */
function automatic(side: Side, around: Surroundings, id: number, name: string | undefined): IdRange[] {
  const own = subordinates(side.file, around.uid, name);
  if (own.length === 0) throw noSubordinates(side, around.uid, name);
  const ranges: IdRange[] = around.uid === 0 ? [] : [{ inside: 0, outside: id, length: 1 }];
  let inside = ranges.length;
  for (const { start, count } of own) {
    ranges.push({ inside, outside: start, length: count });
    inside += count;
  }
  return ranges;
}

/** Undefined where the caller may write the map: root any, others their own id alone. */
function toolFor(
  side: Side,
  ranges: readonly IdRange[],
  around: Surroundings,
  id: number,
  name: string | undefined,
): Mapping["tool"] {
  const [first] = ranges;
  if (around.uid === 0 || (ranges.length === 1 && first?.outside === id && first.length === 1)) {
    return undefined;
  }
  const own = subordinates(side.file, around.uid, name);
  for (const range of ranges) {
    const isOwn = range.outside === id && range.length === 1;
    const allowed = own.some(
      ({ start, count }) => range.outside >= start && range.outside + range.length <= start + count,
    );
    if (isOwn || allowed) continue;
    if (own.length === 0) throw noSubordinates(side, around.uid, name, range);
    const last = range.outside + range.length - 1;
    throw new NsboxError(
      `${title(around.uid, name)} may not map ${side.what} ids ${range.outside} to ${last}`,
      {
        cause: `${side.file} gives it ${own.map(({ start, count }) => `${start} to ${start + count - 1}`).join(", ")}`,
        hint: `As root, add to ${side.file}: ${name ?? around.uid}:${range.outside}:${range.length}`,
        code: "identity",
      },
    );
  }
  const tool = Bun.which(side.tool, { PATH: TOOLS });
  if (tool !== null) return tool;
  throw new NsboxError(`Cannot map ${side.what} ids`, {
    cause: `${side.tool} is not installed, and an ordinary user may write no such map`,
    hint: "On Debian and Ubuntu: apt-get install uidmap",
    code: "identity",
  });
}

const title = (uid: number, name: string | undefined): string => (name ? `User "${name}"` : `User ${uid}`);

function noSubordinates(side: Side, uid: number, name: string | undefined, range?: IdRange): NsboxError {
  const start = range?.outside ?? nextSubordinate(side.file);
  return new NsboxError(`${title(uid, name)} has no subordinate ${side.what} ids`, {
    cause: `no line of ${side.file} begins with ${name ? `"${name}:" or ` : ""}"${uid}:"`,
    hint: `As root, add to ${side.file}: ${name ?? uid}:${start}:${range?.length ?? USUAL_COUNT}`,
    code: "identity",
  });
}
