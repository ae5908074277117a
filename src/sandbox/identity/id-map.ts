/** Maps of a user namespace: `inside outside length`, see user_namespaces(7). */
import { UsageError } from "../../util/errors.ts";

/** `length` ids from `inside` on are those from `outside` on. */
export interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly length: number;
}

/** The largest id: 2³²−1 means "no change" to the kernel. */
export const LARGEST_ID = 2 ** 32 - 2;

/** As many lines as the kernel takes, from Linux 4.15 on. */
const MOST_RANGES = 340;

/** A map is written at once, and has to be shorter than a page. */
const MOST_BYTES = 4095;

/** Looks a name up on one side of a map; undefined where it is not known. */
export type Lookup = (name: string) => number | undefined;

/** A number as an id; undefined where it is none. */
export function idNumber(word: string): number | undefined {
  const id = /^\d{1,10}$/.test(word) ? Number(word) : Number.NaN;
  return id <= LARGEST_ID ? id : undefined;
}

/**
 * The ranges of an option's values, several in each parted by commas. Names are looked up on their side.
 * @throws UsageError naming the range and what is wrong with it.
 */
export function readIdMap(
  option: string,
  values: readonly string[],
  inside: Lookup,
  outside: Lookup,
): IdRange[] {
  const ranges = values
    .flatMap((value) => value.split(","))
    .map((text) => readRange(option, text, inside, outside));
  if (ranges.length > MOST_RANGES) {
    throw new UsageError(
      `Option "${option}" has ${ranges.length} ranges, and the kernel takes ${MOST_RANGES}`,
    );
  }
  if (mapText(ranges).length > MOST_BYTES) {
    throw new UsageError(
      `Option "${option}" makes ${mapText(ranges).length} bytes, and the kernel takes ${MOST_BYTES}`,
    );
  }
  for (const side of ["inside", "outside"] as const) {
    const sorted = ranges.toSorted((a, b) => a[side] - b[side]);
    sorted.forEach((range, index) => {
      const before = sorted[index - 1];
      if (before !== undefined && before[side] + before.length > range[side]) {
        throw new UsageError(`Option "${option}" maps id ${range[side]} ${side} twice`);
      }
    });
  }
  return ranges;
}

function readRange(option: string, text: string, inside: Lookup, outside: Lookup): IdRange {
  const words = text.trim().split(/\s+/);
  const [first = "", second, length = "1"] = words;
  if (second === undefined || words.length > 3 || first === "") {
    throw new UsageError(
      `Invalid "${option} ${text}": it takes "INSIDE OUTSIDE [LENGTH]"`,
      `Three numbers at most, with blanks between: ${option} "0 1000 1"`,
    );
  }
  const id = (word: string, look: Lookup, side: string): number => {
    const found = idNumber(word) ?? look(word);
    if (found !== undefined) return found;
    throw new UsageError(
      /^\d+$/.test(word)
        ? `Id ${word} in "${option} ${text}" is too large: ${LARGEST_ID} is the last`
        : `Unknown name "${word}" in "${option} ${text}": it is not known ${side}`,
    );
  };
  const range = {
    inside: id(first, inside, "in ROOTFS"),
    outside: id(second, outside, "on this host"),
    length: idNumber(length) ?? 0,
  };
  const end = Math.max(range.inside, range.outside) + range.length - 1;
  if (range.length === 0 || end > LARGEST_ID) {
    throw new UsageError(
      `Invalid length "${length}" in "${option} ${text}": it is from 1 on, and ids end at ${LARGEST_ID}`,
    );
  }
  return range;
}

/** The id inside that an outside one is mapped to. */
export const mappedFrom = (map: readonly IdRange[], id: number): number | undefined =>
  translated(map, id, "outside", "inside");

/** 1 where an id inside is mapped to some id outside. */
export const isMapped = (map: readonly IdRange[], id: number): boolean =>
  translated(map, id, "inside", "outside") !== undefined;

function translated(
  map: readonly IdRange[],
  id: number,
  from: "inside" | "outside",
  to: "inside" | "outside",
): number | undefined {
  const range = map.find((each) => id >= each[from] && id < each[from] + each.length);
  return range && range[to] + id - range[from];
}

/** As /proc/PID/uid_map takes it. */
export const mapText = (map: readonly IdRange[]): string =>
  map.map(({ inside, outside, length }) => `${inside} ${outside} ${length}\n`).join("");
