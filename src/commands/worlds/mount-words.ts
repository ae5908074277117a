/** How mounts are written in tables, and as JSON. */
import { countOf } from "../../cli/units.ts";
import type { Mount } from "../../ns/model.ts";
import { type Hidden, type Propagation, propagationWord } from "../../ns/mount-tree.ts";
import { titleOf } from "../looking/find.ts";

/** As findmnt(8) has it: the source, and the directory in it that is mounted. */
export const sourceWord = ({ source, root }: Mount): string => (root === "/" ? source : `${source}[${root}]`);

/** Those of the mount, then those of the file system that are not the same; that it may be written goes unsaid. */
export const optionWords = ({ options, superOptions }: Mount): string =>
  [...options, ...superOptions.filter((name) => name !== "rw" && !options.includes(name))].join(",");

/** `shared:7 slave:3, 2 peers`; "" where it is private. */
export function propagationWords(mount: Mount, { counts: { peers, slaves } }: Propagation): string {
  const { shared, master, from, unbindable } = mount;
  const groups = [
    unbindable ? "unbindable" : "",
    shared === null ? "" : `shared:${shared}`,
    master === null ? "" : `slave:${master}${from === null ? "" : ` from:${from}`}`,
  ];
  const counts = [
    ...(peers > 0 ? [countOf(peers, "peer")] : []),
    ...(slaves > 0 ? [countOf(slaves, "slave")] : []),
  ];
  const words = groups.filter((word) => word !== "").join(" ");
  return [words, ...counts].filter((word) => word !== "").join(", ");
}

/** Why a mount is not found; "" where it is. */
export function hiddenWords(hidden: Hidden | null, byId: ReadonlyMap<number, Mount>): string {
  if (hidden === null) return "";
  const by = byId.get(hidden.by);
  const other = `${by?.type ?? "?"} (${hidden.by})`;
  if (hidden.how === "in place") return `hidden in place by ${other}`;
  return hidden.how === "root"
    ? "hidden: the root directory was there before it"
    : `hidden by ${other} on ${by?.path ?? "?"}`;
}

/** A line each for the peers, masters and slaves of a mount. */
export const propagationLines = (propagation: Propagation): string[] =>
  (["peers", "masters", "slaves"] as const).flatMap((word) =>
    propagation[word].map(
      ({ namespace, mount }) =>
        `${word.slice(0, -1)} ${titleOf({ kind: "mnt", id: namespace })} ${mount.path} (${mount.id})`,
    ),
  );

/** A mount as JSON: all of it, why it is hidden, and where mounts below it come from and go to. */
export function mountJson(mount: Mount, hidden: Hidden | null, propagation: Propagation) {
  const short = (word: "peers" | "masters" | "slaves") =>
    propagation[word].map(({ namespace, mount: { id, path } }) => ({ namespace, id, path }));
  return {
    ...mount,
    propagation: propagationWord(mount),
    hidden,
    peers: short("peers"),
    masters: short("masters"),
    slaves: short("slaves"),
  };
}
