/** What menagerie.c says that it made: the kernel's own words, to be compared with what is seen. */
import { compile, directory, keep } from "./animals.ts";

/** A namespace of the zoo. 0 and -1: the kernel does not say. */
export interface Exhibit {
  readonly label: string;
  readonly kind: string;
  readonly id: number;
  readonly owner: number;
  readonly parent: number;
  readonly uid: number;
  readonly pid: number;
}

/** The zoo, until `end` is called. */
export interface Zoo {
  readonly pid: number;
  readonly directory: string;
  readonly exhibits: readonly Exhibit[];
  /** The one with this label and kind. @throws Error where there is none. */
  exhibit(label: string, kind?: string): Exhibit;
  end(): Promise<void>;
}

/** Opens the zoo. */
export async function openZoo(): Promise<Zoo> {
  const where = directory("mounts");
  const { pid, lines, end } = await keep([compile("menagerie"), where]);
  const exhibits = lines.map((line): Exhibit => {
    const [label = "", kind = "", ...numbers] = line.split(" ");
    const [id = 0, owner = 0, parent = 0, uid = 0, of = 0] = numbers.map(Number);
    return { label, kind, id, owner, parent, uid, pid: of };
  });
  const exhibit = (label: string, kind?: string): Exhibit => {
    const found = exhibits.find((one) => one.label === label && (kind ?? one.kind) === one.kind);
    if (found === undefined) throw new Error(`The zoo has no ${label} ${kind ?? ""}`);
    return found;
  };
  return { pid, directory: where, exhibits, exhibit, end };
}
