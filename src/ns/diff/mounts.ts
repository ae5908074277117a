/** The mounts of two processes, compared path by path as each would find them. */
import type { Mount } from "../model.ts";
import { hiddenMounts, propagationWord } from "../mount-tree.ts";
import { type Row, type Side, valueRow } from "./rows.ts";

/** Set by the kernel for all, or of no consequence: left out of what is compared. */
const USUAL = ["relatime"];

/** What a mount is, in words that are equal where it is the same file system mounted the same way. */
function mountWords(mount: Mount): string {
  const options = [
    ...mount.options,
    ...mount.superOptions.filter((name) => name !== "rw" && !mount.options.includes(name)),
  ];
  const own = options.filter((name) => !USUAL.includes(name)).join();
  const part = mount.root === "/" ? "" : ` ${mount.root} of`;
  return `${mount.type}${part} ${mount.source} (${mount.device}) ${own} ${propagationWord(mount)}`;
}

/** The mount that is found on each path. */
function visible(mounts: readonly Mount[]): Map<string, string> {
  const hidden = hiddenMounts(mounts);
  return new Map(
    mounts.filter(({ id }) => !hidden.has(id)).map((mount) => [mount.path, mountWords(mount)] as const),
  );
}

/** A row a path. */
export function mountRows({ mounts: left }: Side, { mounts: right }: Side): Row[] {
  if (left === null || right === null) {
    return [valueRow("all of them", left && "known", right && "known")];
  }
  const [a, b] = [visible(left), visible(right)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .sort()
    .map((path) => valueRow(path, a.get(path), b.get(path)));
}
