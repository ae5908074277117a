/** An identity to operations. */
import { block } from "../../plan/block.ts";
import type { Block } from "../../plan/plan.ts";
import { mapText } from "./id-map.ts";
import type { Identity } from "./request.ts";

/** What the monitor writes while the child waits. */
export function mapBlocks({ maps, denySetgroups }: Identity): Block[] {
  if (maps === undefined) return [];
  const { uid, gid } = maps;
  const blocks = denySetgroups ? [block({ op: "deny_setgroups" })] : [];
  const uidMap = mapText(uid.ranges);
  const gidMap = mapText(gid.ranges);
  blocks.push(
    uid.tool === undefined
      ? block({ op: "uid_map", map: uidMap })
      : block({ op: "newuidmap", tool: uid.tool, map: uidMap }),
    gid.tool === undefined
      ? block({ op: "gid_map", map: gidMap })
      : block({ op: "newgidmap", tool: gid.tool, map: gidMap }),
  );
  return blocks;
}

/** Whom the set-up becomes: before anything is made in a filesystem of the namespace. */
export const setUpBlocks = ({ setUp, maps }: Identity): Block[] =>
  setUp === undefined ? [] : [block({ op: "set_up_ids", ...setUp, optional: maps === undefined ? 1 : 0 })];

/** Groups, then ids: who has given up root may change no group any more. */
export function idBlocks({ groups, canSetGroups, ids, unmapped }: Identity): Block[] {
  const blocks: Block[] = [];
  if (groups !== undefined)
    blocks.push(block({ op: "groups", gids: groups.join(), optional: groups.length === 0 ? 1 : 0 }));
  else if (canSetGroups) blocks.push(block({ op: "groups", gids: "", optional: 1 }));
  if (ids !== undefined) blocks.push(block({ op: "ids", ...ids }));
  if (unmapped) blocks.push(block({ op: "unmapped_user" }));
  return blocks;
}
