/** Containers that live, beside crun's: in the background, entered, with an init; and a thousand at once. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Contestant, compete, type Goal, median, table } from "./measure.ts";
import { bundle } from "./run.ts";
import { absent, NSBOX, program } from "./things.ts";

const MANY = 1000;

/** Its containers are nobody else's: the state is in a directory of its own, see `./index.ts`. */
const nsbox = (...words: string[]): string =>
  Bun.spawnSync([NSBOX, ...words], { stderr: "ignore" }).stdout.toString();

/** Milliseconds that `body` takes. */
function timed(body: () => void): number {
  const start = Bun.nanoseconds();
  body();
  return (Bun.nanoseconds() - start) / 1e6;
}

function contestants(tree: string): Contestant[] {
  takeDown();
  nsbox("run", "-d", "--name", "entered", tree, "/bin/sleep", "1000");
  const list: Contestant[] = [
    {
      name: "nsbox run -d",
      argv: [NSBOX, "run", "-d", "--name", "bench", tree, "/bin/sleep", "1000"],
      before: () => nsbox("rm", "-f", "bench"),
    },
    { name: "nsbox exec", argv: [NSBOX, "exec", "entered", "/bin/true"] },
    { name: "nsbox run --init", argv: [NSBOX, "run", "--init", tree, "/bin/true"] },
    {
      name: "nsbox run --no-lo, an option that does nothing",
      argv: [NSBOX, "run", "--no-lo", tree, "/bin/true"],
    },
  ];
  const crun = program("crun");
  if (crun === undefined || program("runc") === undefined) {
    absent("crun (and runc, for its specification)");
    return list;
  }
  const sleeping = bundle(tree, ["/bin/sleep", "1000"]);
  // What it starts holds on to its output.
  Bun.spawnSync([crun, "run", "-d", "--bundle", sleeping, "nsbox-bench-entered"], { stdout: "ignore" });
  list.push(
    {
      name: "crun run -d",
      argv: [crun, "run", "-d", "--bundle", sleeping, "nsbox-bench-d"],
      before: () => Bun.spawnSync([crun, "delete", "-f", "nsbox-bench-d"]),
    },
    { name: "crun exec", argv: [crun, "exec", "nsbox-bench-entered", "/bin/true"] },
  );
  return list;
}

function takeDown(): void {
  nsbox("rm", "-f", "bench", "entered");
  const crun = program("crun");
  if (crun === undefined) return;
  for (const name of ["nsbox-bench-d", "nsbox-bench-entered"]) Bun.spawnSync([crun, "delete", "-f", name]);
}

/** Proportional shares in kB of the processes that `key` names in the status files of all containers. */
function shares(key: "supervisor" | "monitor"): number[] {
  const containers = "/run/nsbox/containers";
  return readdirSync(containers).map((id) => {
    const status = readFileSync(join(containers, id, "status"), "utf8");
    const pid = new RegExp(`^${key} (\\d+)`, "m").exec(status)?.[1];
    return Number(/^Pss: +(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1]);
  });
}

function benchMany(tree: string): Goal[] {
  const names = Array.from({ length: MANY }, (_, index) => `many-${index}`);
  const started = timed(() => {
    for (const name of names) nsbox("run", "-d", "--name", name, tree, "/bin/sleep", "1000");
  });
  const listed = timed(() => nsbox("ps"));
  const running = nsbox("ps", "-q").trim().split("\n").length;
  const [supervisors, monitors] = [shares("supervisor"), shares("monitor")].map(median) as [number, number];
  const stopped = timed(() => nsbox("stop", ...names));
  const removed = timed(() => nsbox("rm", ...names));
  console.log(`\n${running} containers at once
start, each                                  ${(started / MANY).toFixed(2)} ms
nsbox ps                                     ${listed.toFixed(0)} ms
nsbox stop, all                              ${stopped.toFixed(0)} ms
nsbox rm, all                                ${removed.toFixed(0)} ms
a supervisor, a monitor                      ${supervisors} kB, ${monitors} kB PSS`);
  return [
    { text: "containers that did not start, of 1,000", value: MANY - running, limit: 0 },
    { text: "a supervisor of 1,000, kB PSS", value: supervisors, limit: 200 },
  ];
}

/** Measures containers that are kept, and returns the goals. */
export function benchLife(tree: string, rounds: number): Goal[] {
  const results = compete(contestants(tree), rounds);
  takeDown();
  table(`containers that live, ${rounds} rounds, each in an order of chance`, results);
  const time = (name: string) => results.find((result) => result.name === name)?.median ?? Number.NaN;
  const goals: Goal[] = [
    {
      text: "--init above the same run without it, ms",
      value: time("nsbox run --init") - time("nsbox run --no-lo, an option that does nothing"),
      limit: 1,
    },
  ];
  if (results.some(({ name }) => name === "crun exec")) {
    goals.push(
      { text: "run -d against crun", value: time("nsbox run -d") / time("crun run -d"), limit: 1 },
      { text: "exec against crun", value: time("nsbox exec") / time("crun exec"), limit: 2 },
    );
  }
  return [...goals, ...benchMany(tree)];
}
