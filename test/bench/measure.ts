/** Timing of whole programs, alternating, with as little as possible around them. */
import { dlopen, FFIType } from "bun:ffi";
import { cloneInto } from "../../src/sys/helper.ts";

/** Something to time: a name, and the command line whose first word is a path. */
export interface Contestant {
  readonly name: string;
  readonly argv: readonly string[];
  /** Puts things back before each round; not timed. */
  readonly before?: () => void;
}

/** What was measured of one contestant, in milliseconds. */
export interface Result {
  readonly name: string;
  readonly median: number;
  readonly fastest: number;
  readonly status: number;
}

const { symbols } = dlopen("libc.so.6", {
  waitpid: { args: [FFIType.i32, FFIType.ptr, FFIType.i32], returns: FFIType.i32 },
  open: { args: [FFIType.ptr, FFIType.i32], returns: FFIType.i32 },
  dup: { args: [FFIType.i32], returns: FFIType.i32 },
  dup2: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 },
});

/** Sends standard output and error elsewhere while `body` runs: what contestants print is nobody's business. */
function silently<T>(body: () => T): T {
  const [out, error] = [symbols.dup(1), symbols.dup(2)];
  const nowhere = symbols.open(new TextEncoder().encode("/dev/null\0"), 1);
  symbols.dup2(nowhere, 1);
  symbols.dup2(nowhere, 2);
  try {
    return body();
  } finally {
    symbols.dup2(out, 1);
    symbols.dup2(error, 2);
  }
}

/** Runs one command and returns its time in milliseconds, and its wait status. */
function once({ argv, before }: Contestant): readonly [time: number, status: number] {
  before?.();
  const status = new Int32Array(1);
  const start = Bun.nanoseconds();
  const pid = cloneInto(0, argv, [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=/root",
  ]);
  if (pid < 0) throw new Error(`Cannot start ${argv[0]}: errno ${-pid}`);
  symbols.waitpid(pid, status, 0);
  return [(Bun.nanoseconds() - start) / 1e6, status[0]!];
}

/** The middle of a list of numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/** Numbers below `count` in an order of chance. */
function shuffled(count: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/**
 * Times all contestants once a round, in an order of chance: what one leaves behind (namespaces and cgroups
 * that the kernel takes down afterwards, cold caches) would else always burden the same next one. One round
 * goes before that is not counted.
 */
export function compete(contestants: readonly Contestant[], rounds: number): Result[] {
  const times = contestants.map((): number[] => []);
  const statuses = contestants.map(() => 0);
  silently(() => {
    for (let round = -1; round < rounds; round++) {
      for (const index of shuffled(contestants.length)) {
        const [time, status] = once(contestants[index]!);
        if (round >= 0) times[index]!.push(time);
        statuses[index] ||= status;
      }
    }
  });
  return contestants.map(({ name }, index) => ({
    name,
    median: median(times[index]!),
    fastest: Math.min(...times[index]!),
    status: statuses[index]!,
  }));
}

/** A goal and whether it was reached. */
export interface Goal {
  readonly text: string;
  readonly value: number;
  readonly limit: number;
}

/** Prints results as a table, with each one's ratio to the first. */
export function table(title: string, results: readonly Result[]): void {
  const base = results[0]!.median;
  console.log(`\n${title}\n${"".padEnd(44)} median ms  fastest ms  ratio`);
  for (const { name, median, fastest, status } of results) {
    const failed = status === 0 ? "" : `   wait status ${status}`;
    const cells = [
      median.toFixed(2).padStart(9),
      fastest.toFixed(2).padStart(11),
      (median / base).toFixed(2).padStart(6),
    ];
    console.log(`${name.padEnd(44)} ${cells.join(" ")}${failed}`);
  }
}

/** Prints goals; returns how many were missed. */
export function judge(goals: readonly Goal[]): number {
  console.log("\nGoals");
  for (const { text, value, limit } of goals) {
    console.log(`${value <= limit ? "reached" : "MISSED "}  ${text}: ${value.toFixed(2)} (at most ${limit})`);
  }
  return goals.filter(({ value, limit }) => value > limit).length;
}
