/** The forms that a tree is written in, as one table: everything else about them follows from it. */
import { UsageError } from "../../src/util/errors.ts";
import type { Node } from "../layout/node.ts";
import type { Compression } from "./sink.ts";

/** What a form is made of. */
export interface FormTraits {
  /** Names of targets that mean it. */
  readonly endings: readonly string[];
  /** Can be written to standard output. */
  readonly streams: boolean;
  readonly compression?: Compression;
  /** Holds an image with a configuration: entrypoint, environment, labels. */
  readonly image?: true;
  /** Beginnings of the names of the attributes that it keeps; all where absent. */
  readonly attributes?: readonly string[];
  /** The seconds since 1970 that it has room for; all where absent. */
  readonly times?: readonly [first: bigint, last: bigint];
}

const UNSIGNED_32: readonly [bigint, bigint] = [0n, 0xffffffffn];
const CPIO = { streams: true, attributes: [], times: UNSIGNED_32 } as const;

/** Every form by its name. Longer endings stand before those that they end in. */
export const FORMS = {
  directory: { endings: ["/"], streams: false },
  "oci-archive": { endings: [".oci.tar", ".oci-archive"], streams: true, image: true },
  oci: { endings: [".oci"], streams: false, image: true },
  docker: { endings: [".docker.tar", ".docker"], streams: true, image: true },
  tar: { endings: [".tar"], streams: true },
  "tar.gz": { endings: [".tar.gz", ".tgz"], streams: true, compression: "gzip" },
  "tar.zst": { endings: [".tar.zst", ".tzst"], streams: true, compression: "zstd" },
  cpio: { endings: [".cpio"], ...CPIO },
  "cpio.gz": { endings: [".cpio.gz"], ...CPIO, compression: "gzip" },
  "cpio.zst": { endings: [".cpio.zst"], ...CPIO, compression: "zstd" },
  squashfs: {
    endings: [".squashfs", ".sqfs", ".sfs"],
    streams: false,
    attributes: ["user.", "trusted.", "security."],
    times: UNSIGNED_32,
  },
  erofs: { endings: [".erofs"], streams: false, times: [0n, 0x7fffffffffffffffn] },
} as const satisfies Readonly<Record<string, FormTraits>>;

/** Ends of names by which people mean an archive or an image that is not made here. */
const OTHERS =
  /.\.(?:tar\.(?:xz|bz2|lz4|lzma|br)|t[xb]z2?|cpio\.(?:xz|bz2|lz4|lzma)|zip|7z|rar|iso|img|raw|qcow2|vmdk|ext[234]|squash)$/i;

/** The name of a form. */
export type Form = keyof typeof FORMS;

/** A form that is one thing to hand over, not a tree. */
export type ArchiveForm = Exclude<Form, "directory">;

/** What the table says of `form`. */
export const traitsOf = (form: Form): FormTraits => FORMS[form];

const names = Object.keys(FORMS) as Form[];

/** The target that means standard output. */
export const STDOUT = "-";

/**
 * The form that is asked for by name, or else meant by the end of `target`: `-` is a tar archive, what has no
 * ending of the table a directory.
 *
 * @throws UsageError where there is no such form, where the ending means one that is not made, or where it cannot be written to standard output.
 */
export function formFor(target: string, explicit?: string): Form {
  const form = explicit === undefined ? meantBy(target) : names.find((name) => name === explicit);
  if (form === undefined) {
    const where = /[./]/.test(explicit ?? "") ? "; where to is said by TARGET, the last word" : "";
    throw new UsageError(
      `Invalid "--output ${explicit}": there is no such form`,
      `It is one of ${list(names)}${where}`,
    );
  }
  if (target === STDOUT && !traitsOf(form).streams) {
    const streaming = names.filter((name) => traitsOf(name).streams);
    throw new UsageError(
      `The form "${form}" cannot be written to standard output`,
      `Name a path instead of "-", or choose one of ${list(streaming)}`,
    );
  }
  return form;
}

const list = (words: readonly string[]): string => words.join(", ");

function meantBy(target: string): Form {
  if (target === STDOUT) return "tar";
  const isMeant = (name: Form) =>
    traitsOf(name).endings.some((ending) => target.length > ending.length && target.endsWith(ending));
  const form = names.find(isMeant);
  if (form === undefined && OTHERS.test(target)) {
    throw new UsageError(
      `"${target}" ends like a form that is not made here`,
      `Those are ${list(names)}; with "--output directory" it is the name of a directory`,
    );
  }
  return form ?? "directory";
}

const NANOSECONDS = 1_000_000_000n;

/** `nodes` as `form` can hold them, and notes that say what of them it cannot. */
export function fitted(nodes: readonly Node[], form: Form): { nodes: readonly Node[]; notes: string[] } {
  const { attributes, times } = traitsOf(form);
  const stripped: string[] = [];
  const moved: string[] = [];
  const fit = (node: Node): Node => {
    const kept = node.attributes.filter(
      ([name]) => attributes?.some((start) => name.startsWith(start)) ?? true,
    );
    const mtimeNs = times === undefined ? node.mtimeNs : within(node.mtimeNs, times);
    if (kept.length < node.attributes.length) stripped.push(node.path);
    if (mtimeNs !== node.mtimeNs) moved.push(node.path);
    return kept.length < node.attributes.length || mtimeNs !== node.mtimeNs
      ? { ...node, attributes: kept, mtimeNs }
      : node;
  };
  const notes: string[] = [];
  const all = nodes.map(fit);
  if (stripped.length > 0)
    notes.push(
      `${form} cannot hold all extended attributes, such as ACLs and capabilities: ${first(stripped)}`,
    );
  if (moved.length > 0) notes.push(`${form} cannot hold times that early or late: ${first(moved)}`);
  return { nodes: all, notes };
}

function within(nanoseconds: bigint, [least, most]: readonly [bigint, bigint]): bigint {
  if (nanoseconds < least * NANOSECONDS) return least * NANOSECONDS;
  return nanoseconds < (most + 1n) * NANOSECONDS ? nanoseconds : most * NANOSECONDS;
}

const first = ([path, ...others]: readonly string[]): string =>
  `"${path}"${others.length === 0 ? "" : ` and ${others.length} more`}`;
