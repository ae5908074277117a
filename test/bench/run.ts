/** `nsbox run` beside its peers: the same program in the same tree, in all the namespaces each can make. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Contestant, compete, type Goal, type Result, table } from "./measure.ts";
import { plainPlan, stored } from "./plans.ts";
import { absent, emptyBun, NSBOX, program, scratch } from "./things.ts";

const KINDS = ["pid", "network", "ipc", "uts", "mount", "cgroup"];

/** A bundle for crun and runc over the same tree, made from their own default, that runs `args`. */
export function bundle(tree: string, args: readonly string[] = ["/bin/true"]): string {
  const folder = join(scratch(), `bundle-${args.length}`);
  mkdirSync(folder, { recursive: true });
  Bun.spawnSync([program("runc")!, "spec"], { cwd: folder });
  const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
  config.process.terminal = false;
  config.process.args = args;
  config.root = { path: tree, readonly: false };
  config.linux.namespaces = KINDS.map((type) => ({ type }));
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  return folder;
}

function contestants(tree: string): Contestant[] {
  const list: Contestant[] = [
    { name: "nsbox run, all kinds", argv: [NSBOX, "run", tree, "/bin/true"] },
    {
      name: "nsbox run -p -m -u zion",
      argv: [NSBOX, "run", "-q", "-p", "-m", "-u", "zion", tree, "/bin/true"],
    },
    { name: "nsbox --version", argv: [NSBOX, "--version"] },
    { name: "empty compiled Bun program", argv: [emptyBun()] },
    { name: "the same plan without Bun", argv: [stored("plain", plainPlan(tree))] },
  ];
  const peer = (name: string, argv: (path: string) => readonly string[]): void => {
    const path = program(name);
    if (path === undefined) absent(name);
    else list.push({ name, argv: argv(path) });
  };
  peer("unshare", (path) => [path, "-mpuinCTf", `--root=${tree}`, "/bin/true"]);
  peer("bwrap", (path) => [
    path,
    "--unshare-all",
    "--bind",
    tree,
    "/",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "/bin/true",
  ]);
  if (program("runc") === undefined) absent("runc and crun (its specification)");
  else {
    const folder = bundle(tree);
    peer("crun", (path) => [path, "run", "--bundle", folder, "nsbox-bench-crun"]);
    peer("runc", (path) => [path, "run", "--bundle", folder, "nsbox-bench-runc"]);
  }
  return list;
}

/** The memory of a waiting monitor in kB, its proportional share. */
async function monitorMemory(tree: string): Promise<number> {
  const run = Bun.spawn([NSBOX, "run", tree, "/bin/sleep", "60"], { stdin: "ignore" });
  const children = () => readFileSync(`/proc/${run.pid}/task/${run.pid}/children`, "utf8").trim();
  const started = () => children() !== "" && readFileSync(`/proc/${children()}/comm`, "utf8") === "sleep\n";
  while (!started()) await Bun.sleep(5);
  const pss = Number(/^Pss: +(\d+)/m.exec(readFileSync(`/proc/${run.pid}/smaps_rollup`, "utf8"))?.[1]);
  run.kill("SIGTERM");
  await run.exited;
  return pss;
}

/** Measures `run` and returns its goals. */
export async function benchRun(tree: string, rounds: number): Promise<Goal[]> {
  const results = compete(contestants(tree), rounds);
  table(`run: /bin/true in the same tree, ${rounds} rounds, each in an order of chance`, results);
  const memory = await monitorMemory(tree);
  console.log(`the waiting monitor                           ${memory} kB PSS`);
  const of = (name: string): Result | undefined => results.find((result) => result.name === name);
  const time = (name: string) => of(name)?.median ?? Number.NaN;
  const own = time("nsbox run, all kinds");
  const goals: Goal[] = [
    {
      text: "run above an empty Bun program plus its plan without Bun, ms",
      value: own - time("empty compiled Bun program") - time("the same plan without Bun"),
      limit: 1,
    },
    {
      text: "--version against an empty Bun program",
      value: time("nsbox --version") / time("empty compiled Bun program"),
      limit: 1.15,
    },
    { text: "the waiting monitor, kB PSS", value: memory, limit: 80 },
  ];
  if (of("crun")?.status === 0)
    goals.push({ text: "run against crun", value: own / time("crun"), limit: 0.65 });
  if (of("runc")?.status === 0)
    goals.push({ text: "run against runc", value: own / time("runc"), limit: 0.32 });
  return goals;
}
