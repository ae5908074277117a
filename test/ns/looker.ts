/**
 * Looks at a storm (storm.c) for SECONDS, again and again, and prints as JSON: how often it did, how many of its processes were seen, which were
 * put together from two, how many PIDs were seen with more than one start.
 */
import { discover } from "../../src/ns/discover.ts";

const end = performance.now() + Number(process.argv[2]) * 1000;
/** A machine that is busy with other things may let it look but a few times. */
const last = end + 20_000;
const wrong: unknown[] = [];
const starts = new Map<number, Set<number>>();
let [seen, rounds] = [0, 0];
for (; performance.now() < (seen > 0 ? end : last); rounds++) {
  const { processes, namespaces } = discover();
  const kinds = new Map(namespaces.map(({ id, kind }) => [id, kind as string]));
  for (const one of processes) {
    for (const [kind, at] of Object.entries(one.namespaces)) {
      if (kinds.get(at) !== kind) wrong.push({ kind, listed: kinds.get(at) ?? null, one });
    }
    const id = /^u(\d+)$/.exec(one.name)?.[1];
    if (id === undefined || one.namespaces.uts === undefined) continue;
    if (one.namespaces.uts !== Number(id)) wrong.push(one);
    seen++;
    const known = starts.get(one.pid) ?? new Set();
    starts.set(one.pid, known.add(one.start));
  }
}
const reused = [...starts.values()].filter(({ size }) => size > 1).length;
console.log(JSON.stringify({ rounds, seen, wrong, reused }));
