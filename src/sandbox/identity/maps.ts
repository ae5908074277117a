/** The maps of a new user namespace. See user_namespaces(7). */
import { UsageError } from "../../util/errors.ts";
import { groups, HOST, users } from "./accounts.ts";
import { type IdRange, type Lookup, readIdMap } from "./id-map.ts";
import type { Identity, IdentityRequest, Mapping, Surroundings } from "./request.ts";
import { automatic, SIDES, type Side, toolFor } from "./subordinate.ts";

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
  const ranges = {
    uid: readIdMap(
      SIDES.uid.option,
      request.uidMap,
      lookupIn(() => users(around.read), "uid"),
      lookupIn(() => users(HOST), "uid"),
    ),
    gid: readIdMap(
      SIDES.gid.option,
      request.gidMap,
      lookupIn(() => groups(around.read), "gid"),
      lookupIn(() => groups(HOST), "gid"),
    ),
  };
  const [own, other] = [
    { id: around.uid, other: around.gid },
    { id: around.gid, other: around.uid },
  ];
  const mapping = (
    side: Side,
    typed: readonly IdRange[],
    mirrored: readonly IdRange[],
    id: number,
  ): Mapping => {
    const chosen =
      typed.length > 0 ? typed : mirrored.length > 0 ? mirrored : choice(side, request.map, around, id);
    return { ranges: chosen, tool: toolFor(side, chosen, around, id) };
  };
  const maps = {
    uid: mapping(SIDES.uid, ranges.uid, mirror(ranges.gid, other), around.uid),
    gid: mapping(SIDES.gid, ranges.gid, mirror(ranges.uid, own), around.gid),
  };
  // newgidmap denies it by itself where all it maps is the caller's own group.
  const direct = maps.gid.tool === undefined;
  return {
    maps,
    denySetgroups: around.uid !== 0 && direct,
    canSetGroups: around.uid === 0 || !direct,
  };
}

const lookupIn =
  (
    list: () => readonly { readonly name: string; readonly uid?: number; readonly gid: number }[],
    key: "uid" | "gid",
  ): Lookup =>
  (word) =>
    list().find((each) => each.name === word)?.[key];

/**
 * The one map where only the other was given: the same ids, and the caller's own for its own. Else a map of
 * users alone would leave the command in the host's group.
 */
const mirror = (ranges: readonly IdRange[], caller: { id: number; other: number }): IdRange[] =>
  ranges.map((range) =>
    range.length === 1 && range.outside === caller.id ? { ...range, outside: caller.other } : range,
  );

/** What is mapped where no ranges were given. */
function choice(
  side: Side,
  map: IdentityRequest["map"],
  around: Surroundings,
  id: number,
): readonly IdRange[] {
  if (map === "auto") return automatic(side, around, id);
  return [{ inside: map === "current" ? id : 0, outside: id, length: 1 }];
}
