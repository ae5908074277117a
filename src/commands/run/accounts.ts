/** Where the command's own /etc/passwd will come from: ROOTFS, its layers, what is bound over it, a joined root. */
import { inRoot, type Reader } from "../../sandbox/identity/accounts.ts";
import type { Join } from "../../sandbox/joins.ts";
import type { MountItem, MountsRequest } from "../../sandbox/mounts/request.ts";
import type { Contents } from "../../sys/read-in-root.ts";

const NOWHERE: Reader = () => undefined;

/** Reads files as the command will see them. */
export function readerFor(root: string, mounts: MountsRequest | undefined, join: Join | undefined): Reader {
  if (join !== undefined) {
    const process = /^(\/proc\/\d+)\/ns\/mnt$/.exec(join.path)?.[1];
    return process === undefined ? NOWHERE : inRoot(`${process}/root`);
  }
  if (mounts === undefined) return inRoot(root);
  const { items, lower, overlay, noTree } = mounts;
  const upper = typeof overlay === "object" ? [overlay.upper] : [];
  const layers = [...upper, ...lower.toReversed(), ...(noTree ? [] : [root])].map(inRoot);
  return (path) => {
    const cover = items.findLast(({ target }) => path === target || path.startsWith(`${target}/`));
    if (cover !== undefined) return below(cover, path);
    for (const layer of layers) {
      const found = layer(path);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** The file in what is mounted over it; of memory nothing is known yet. */
function below(item: MountItem, path: string): Contents | undefined {
  if (item.kind !== "bind") return undefined;
  // A bound file is the caller's own to name: its links lead where they lead.
  return path === item.target
    ? inRoot("/")(item.source)
    : inRoot(item.source)(path.slice(item.target.length));
}
