/** The manifest of a tree as JSON: docs/manifest.md says what each field means. */
import type { DescribedEntry, TreeDescription } from "./describe.ts";

/** Grows when a field changes its meaning or goes; new fields do not change it. */
export const MANIFEST_VERSION = 1;

const NANOSECONDS = 1_000_000_000n;

/** The manifest, one line for each entry, so that two of them can be compared with diff(1). */
export function manifestText({ entries, packages }: TreeDescription): string {
  const lines = (list: readonly object[]): string =>
    list.length === 0 ? "[]" : `[\n    ${list.map((item) => JSON.stringify(item)).join(",\n    ")}\n  ]`;
  return `{
  "format": "nsbox-manifest",
  "version": ${MANIFEST_VERSION},
  "packages": ${lines(packages)},
  "entries": ${lines(entries.map(asJson))}
}
`;
}

function asJson(entry: DescribedEntry): object {
  const { path, mode, mtimeNs, digests, attributes, size, type, why, ...rest } = entry;
  const fraction = String(mtimeNs % NANOSECONDS).padStart(9, "0");
  return {
    path,
    type,
    mode: mode.toString(8).padStart(4, "0"),
    ...rest,
    mtime: `${mtimeNs / NANOSECONDS}.${fraction}`,
    ...(type === "file" ? { size, ...digests } : {}),
    ...(attributes.length === 0
      ? {}
      : { attributes: Object.fromEntries(attributes.map(([name, value]) => [name, value.toBase64()])) }),
    why,
  };
}
