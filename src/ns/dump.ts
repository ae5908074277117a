/**
 * Snapshots as JSON text: what `nsbox dump` writes and `--input` reads. The text is the model itself, see
 * `src/ns/model.ts` and docs/namespaces-model.md. Whoever wrote a dump is not trusted.
 */
import { NsboxError } from "../util/errors.ts";
import { checked, Fault } from "./dump/check.ts";
import { related } from "./dump/relations.ts";
import { head, snapshot as shape } from "./dump/shapes.ts";
import { FORMAT, type Snapshot } from "./model.ts";

/** The widest indentation that is written. */
export const WIDEST_INDENT = 8;

/** How a dump is laid out: spaces a level (0: all on one line), or a tab a level. */
export interface DumpOptions {
  readonly indent?: number | "tab";
}

/** `snapshot` as JSON, without a newline at its end. */
export const writeDump = (snapshot: Snapshot, { indent = 2 }: DumpOptions = {}): string =>
  JSON.stringify(snapshot, null, indent === "tab" ? "\t" : indent);

/**
 * The snapshot that `text` is a dump of; `where` says in an error where it came from. Everything is checked:
 * types, sizes, that ids name what is there, and that nothing is above itself. Members that the model has
 * not are left out, and lists that follow from others are made anew.
 * @throws NsboxError where it is no dump, or one of another version.
 */
export function readDump(text: string, where: string): Snapshot {
  const refuse = (cause: string, hint?: string) =>
    new NsboxError(`Cannot read the dump in ${where}`, {
      cause,
      code: "bad-dump",
      ...(hint === undefined ? {} : { hint }),
    });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw refuse(text.trim() === "" ? "it is empty" : `it is not JSON: ${(error as Error).message}`);
  }
  try {
    const { format, version } = checked(head, document);
    if (format !== FORMAT.name) throw refuse(`its format is "${format}", not "${FORMAT.name}"`);
    if (version !== FORMAT.version) {
      throw refuse(`it has version ${version}, and this nsbox reads version ${FORMAT.version}`);
    }
    return related(checked(shape, document));
  } catch (error) {
    if (error instanceof Fault) throw refuse(error.message);
    throw error;
  }
}
