/** Layers of an overlay that lie in each other: the kernel refuses some, and goes wrong with others. */
import { realpathSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { MOST_LAYERS } from "../../sandbox/mounts/checks.ts";
import type { MountsRequest } from "../../sandbox/mounts/request.ts";
import { UsageError } from "../../util/errors.ts";

/** A directory, as it is called in errors. */
interface Layer {
  readonly name: string;
  readonly path: string;
  readonly stat: Stats;
}

/** Undefined where it is not there, or not for this user: then opening it says so. */
function layer(name: string, path: string): Layer | undefined {
  try {
    const real = realpathSync(path);
    return { name: `${name} "${path}"`, path: real, stat: statSync(real) };
  } catch {
    return undefined;
  }
}

/** The nearest of `others` that `inner` lies in; one filesystem mounted in another is apart from it. */
function around(inner: Layer, others: ReadonlyMap<string, Layer>): Layer | undefined {
  for (let path = inner.path; path !== "/"; ) {
    path = dirname(path);
    const outer = others.get(path);
    if (outer !== undefined && outer.stat.dev === inner.stat.dev) return outer;
  }
  return undefined;
}

const refusal = (one: Layer, relation: string, other: Layer): UsageError =>
  new UsageError(
    `${one.name.replace(/^l/, "L")} ${relation} ${other.name}: layers of an overlay are apart from each other`,
    "Take directories that do not lie in each other",
  );

/** @throws UsageError naming two layers of the root, ROOTFS among them, that are not apart; too many are another error. */
export function checkLayersApart({ lower, overlay, noTree }: MountsRequest, root: string): void {
  const kept = typeof overlay === "object" ? overlay : undefined;
  if (noTree || (lower.length === 0 && kept === undefined) || lower.length >= MOST_LAYERS) return;
  const layers = [
    layer("ROOTFS", root),
    ...lower.map((path) => layer("layer", path)),
    ...(kept ? [layer("UPPER", kept.upper), layer("WORK", kept.work)] : []),
  ].filter((found) => found !== undefined);
  const byPath = new Map<string, Layer>();
  const byInode = new Map<string, Layer>();
  for (const one of layers) {
    const inode = `${one.stat.dev}:${one.stat.ino}`;
    const same = byInode.get(inode);
    if (same !== undefined) throw refusal(one, "is the same directory as", same);
    byInode.set(inode, one);
    byPath.set(one.path, one);
  }
  for (const one of layers) {
    const outer = around(one, byPath);
    if (outer !== undefined) throw refusal(one, "lies in", outer);
  }
}
