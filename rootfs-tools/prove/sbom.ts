/** Bills of materials: what of them both formats share. */
import type { Reason } from "../collect/manifest.ts";
import type { TreeDescription } from "./describe.ts";
import type { Distribution } from "./purl.ts";

/** The formats, and how their files end. */
export const SBOM_FORMATS = { spdx: ".spdx.json", cyclonedx: ".cdx.json" } as const;

/** One of `SBOM_FORMATS`. */
export type SbomFormat = keyof typeof SBOM_FORMATS;

/** What a bill says beside what is in the tree. */
export interface SbomOptions {
  /** The name of the tree. */
  readonly name: string;
  /** The program that writes it. */
  readonly tool: { readonly name: string; readonly version: string };
  readonly distribution: Distribution;
  /** SOURCE_DATE_EPOCH, in seconds; the newest file's time where it is left out. */
  readonly epoch?: number | undefined;
}

const MOST_REASONS = 4;
const NANOSECONDS = 1_000_000_000n;

/** The bill as text. The same tree gives the same bytes. */
export async function sbomText(
  format: SbomFormat,
  tree: TreeDescription,
  options: SbomOptions,
): Promise<string> {
  const document =
    format === "spdx"
      ? (await import("./spdx.ts")).spdxOf(tree, options)
      : (await import("./cyclonedx.ts")).cyclonedxOf(tree, options);
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** When it was made: `2024-01-31T12:00:00Z`. */
export function timeOf({ entries }: TreeDescription, { epoch }: SbomOptions): string {
  let newest = 0n;
  for (const { mtimeNs } of entries) if (mtimeNs > newest) newest = mtimeNs;
  const seconds = epoch ?? Number(newest / NANOSECONDS);
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** An id that only the same tree has: a UUID of version 8, RFC 9562, from a digest of all that is in it. */
export function idOf({ entries, packages }: TreeDescription, { name, tool }: SbomOptions): string {
  const hasher = new Bun.CryptoHasher("sha256");
  hasher.update(
    JSON.stringify([name, tool.name, tool.version, packages.map(({ id, version }) => [id, version])]),
  );
  for (const { path, type, mode, uid, gid, target, device, digests } of entries)
    hasher.update(`${JSON.stringify([path, type, mode, uid, gid, target, device, digests.sha256])}\n`);
  const hex = hasher.digest("hex");
  const variant = ((Number.parseInt(hex[16] ?? "0", 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join("-");
}

/** Why something is there, in words; every program has its own reason to need libc. */
export function reasonsIn(why: readonly Reason[]): string[] {
  const first = why.slice(0, MOST_REASONS);
  const words = first.map(({ by, name, rule }) => (by === "" ? rule : `${rule}: ${name} of ${by}`));
  return why.length > MOST_REASONS ? [...words, `and ${why.length - MOST_REASONS} more`] : words;
}

/** `text` where it is an address that documents may hold. */
export function urlOf(text: string | undefined): string | undefined {
  return text !== undefined && /^https?:\/\/[^\s"<>\\^`{|}]+$/.test(text) && URL.canParse(text)
    ? text
    : undefined;
}
