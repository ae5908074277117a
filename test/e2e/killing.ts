/** Kills processes of ours at a point of a run that a test names, and looks at what is left. */
import { expect } from "bun:test";
import { readdirSync, readFileSync, readlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { PHASES, type Phase, phaseStep } from "../../src/plan/phases.ts";
import type { Home } from "./homes.ts";
import { call, NSBOX, reachable, SCRATCH, SIGNALS, start, textOf, until } from "./support.ts";
import { descendants, listing, processState, records } from "./traces.ts";

const BUN = reachable(process.execPath);
const bundle = await Bun.build({
  entrypoints: [join(import.meta.dir, "fixtures/hold.ts")],
  target: "bun",
  outdir: SCRATCH,
});
const HOLD = bundle.outputs[0]!.path;

/** The name that every kept container of these tests has, one after the other. */
export const NAME = "victim";

/** What is run, and killed. */
export interface Scene {
  readonly own: Home;
  /** The root filesystem. */
  readonly tree: string;
  /** The words behind `nsbox`, `run` or `exec` first. */
  readonly words: readonly string[];
  /** Options of the run that cleans up after it, where it takes more than any. */
  readonly next?: readonly string[];
}

/** A step of the plan or a phase, by name and by the number that the plan has for it. */
export interface Point {
  readonly name: string;
  readonly step: number;
}

/** Every operation of the scene's plan, and every phase. */
export async function pointsOf({ own, words }: Scene): Promise<Point[]> {
  const { out, err } = await call(own.who, [BUN, HOLD, "", "", ...words], { env: own.env });
  if (out === "") throw new Error(err);
  const steps = out.trim().split("\n");
  return [...steps.map((name, index) => ({ name, step: index + 1 })), ...PHASES.map(phasePoint)];
}

/** A phase as a point. */
export const phasePoint = (phase: Phase): Point => ({ name: `phase ${phase}`, step: phaseStep(phase) });

const nameOf = (pid: number): string => textOf(`/proc/${pid}/comm`).trim();
const isOurs = (pid: number): boolean => /^nsbox/.test(nameOf(pid));
const sendTo = (pid: number, signal: keyof typeof SIGNALS): void => {
  try {
    process.kill(pid, SIGNALS[signal]);
  } catch {
    // It has ended: as good.
  }
};

/** Processes below the test that were not there `before`. */
const since = (before: readonly number[]): number[] => descendants().filter((pid) => !before.includes(pid));

/** Waits until all that the run has started is gone, `label` being what was done to it. */
async function isOver(before: readonly number[], label: string): Promise<void> {
  try {
    await until(
      "every process of the run to end by itself",
      () => {
        const rest = since(before);
        // Another life comes to the same point.
        for (const pid of rest) if (nameOf(pid) === "nsbox-held") sendTo(pid, "SIGCONT");
        return rest.length === 0;
      },
      15,
    );
  } catch (error) {
    const describe = (pid: number) =>
      `${pid} ${nameOf(pid)}, ${processState(pid)?.state}, child of ${processState(pid)?.parent}`;
    throw new Error(`${label}: ${error}\n${since(before).map(describe).join("\n")}`);
  }
}

/** Mounts where root's state is, in a mount namespace of its own; elsewhere those below the tests' directory. */
function mountsOf({ who }: Home): string[] {
  const holder = who.uid === 0 ? who.prefix.at(-1) : undefined;
  const lines = readFileSync(`/proc/${holder ?? "self"}/mountinfo`, "utf8").split("\n");
  return holder === undefined ? lines.filter((line) => line.includes(SCRATCH)) : lines;
}

/** All that a run of the scene could leave, to compare: other tests may run on this machine. */
export const left = ({ own, tree }: Scene) => ({
  files: listing(tree),
  records: records(tree),
  state: listing(own.state).map((line) => line.replace(/ \d+:\d+ .*/, "")),
  mounts: mountsOf(own),
  processes: descendants(),
});

/** Where a killed run came, and who could have been killed there. */
interface Held {
  readonly held: number;
  readonly ours: readonly number[];
}

/** Starts the scene, and waits until somebody waits at `point`; undefined where all ended before. */
async function holdAt({ own, words }: Scene, { step }: Point, before: readonly number[]) {
  const outer = start(own.who, [BUN, HOLD, `${step}`, NSBOX, ...words], { env: own.env });
  const text = Promise.all([outer.stdout.text(), outer.stderr.text()]);
  const found = await until("somebody to wait there, or the end of all", (): Held | "ended" | undefined => {
    const processes = since(before);
    const held = processes.find((pid) => nameOf(pid) === "nsbox-held");
    if (held !== undefined) return { held, ours: processes.filter(isOurs) };
    return outer.exitCode !== null && processes.length === 0 ? "ended" : undefined;
  });
  return { found: found === "ended" ? undefined : found, outer, text };
}

/** Has the step at `point` fail with an I/O error instead. Returns what nsbox says. */
export const failAt = ({ own, words }: Scene, { step }: Point) =>
  call(own.who, [BUN, HOLD, `${step}:5`, NSBOX, ...words], { env: own.env });

/** Who dies: the one that waits, or the one of ours in that place behind it. */
export type Victim = "held" | number;

/**
 * Kills `victim` at `point`, and expects that all else ends by itself, and that one command of nsbox later nothing
 * is left but, at most, a container that has ended and is listed. Returns how many of ours were there; 0 where
 * the scene does not come to that point.
 */
export async function killAt(scene: Scene, point: Point, victim: Victim = "held"): Promise<number> {
  const label = `${point.name}, ${victim}: ${scene.words.join(" ")}`;
  const before = left(scene);
  const living = descendants();
  const killed = await killOnly(scene, point, victim, label);
  if (killed > 0) {
    await cleanUp(scene, label);
    await isOver(living, label);
    expect({ label, ...left(scene) }).toEqual({ label, ...before });
  } else await forget(scene.own);
  return killed;
}

/** The same, and nothing is cleaned up. */
export async function killOnly(
  scene: Scene,
  point: Point,
  victim: Victim = "held",
  label = point.name,
): Promise<number> {
  const living = descendants();
  const { found, outer, text } = await holdAt(scene, point, living);
  if (found === undefined) {
    await text;
    return 0;
  }
  const others = found.ours.filter((pid) => pid !== found.held);
  const pid = victim === "held" ? found.held : others[victim];
  if (pid !== undefined) sendTo(pid, "SIGKILL");
  if (pid !== found.held) {
    // Not before the other is dead: what is gone by then is what is tested.
    if (pid !== undefined) await until("it is dead", () => "ZX".includes(processState(pid)?.state ?? "X"));
    sendTo(found.held, "SIGCONT");
  }
  await isOver(living, label);
  await outer.exited;
  await text;
  return found.ours.length;
}

/** How long a run may take, in milliseconds: a moment is anywhere in it. */
const LENGTH = 60;

/** Kills one of ours at any moment; expects the same. Returns how many died by it. */
export async function killAnywhere(scene: Scene): Promise<number> {
  const { own, words } = scene;
  const before = left(scene);
  const living = descendants();
  const outer = start(own.who, [NSBOX, ...words], { env: own.env });
  const text = Promise.all([outer.stdout.text(), outer.stderr.text()]);
  const moment = Math.random() * LENGTH;
  await Bun.sleep(moment);
  const ours = since(living).filter(isOurs);
  const pid = ours[Math.floor(Math.random() * ours.length)];
  if (pid !== undefined) sendTo(pid, "SIGKILL");
  const label = `after ${moment} ms, ${ours.length} of ours: ${words.join(" ")}`;
  await isOver(living, label);
  await outer.exited;
  await text;
  await cleanUp(scene, label);
  await isOver(living, label);
  expect({ label, ...left(scene) }).toEqual({ label, ...before });
  return pid === undefined ? 0 : 1;
}

let turn = 0;

/** The next command of nsbox: the one that looks everywhere, or another run on that tree, of that name. */
async function cleanUp(scene: Scene, label: string): Promise<void> {
  const { own, tree, words } = scene;
  const kept = words[0] === "run" && words.includes(NAME);
  const made = kept ? readdirSync(`${own.state}/containers`) : [];
  for (const id of made) {
    // Where it does not say who began it, it goes by its age.
    const directory = `${own.state}/containers/${id}`;
    if (!textOf(`${directory}/config.json`).endsWith("\n")) utimesSync(directory, 0, 0);
  }
  // One that had begun keeps its name until `nsbox rm`.
  const begun = /^state (running|restarting|exited)/.test(
    textOf(`${own.state}/containers/${made[0]}/status`),
  );
  const byRun = turn++ % 2 === 0 && !begun;
  if (byRun)
    await again(own, ["-q", ...(scene.next ?? []), ...(kept ? ["--rm", "--name", NAME] : []), tree], label);
  if (!byRun || made.length > 0) {
    const { err, status } = await own.nsbox("gc");
    expect({ label, err, status }).toEqual({ label, err: "", status: 0 });
  }
  if (kept) await forget(own, label);
}

/** Another run, which ends as every run does. */
async function again(own: Home, words: readonly string[], label: string): Promise<void> {
  const { out, err, status } = await own.nsbox("run", ...words, "echo", "again");
  expect({ label, out, err, status }).toEqual({ label, out: "again\n", err: "", status: 0 });
}

/** What a killed run has left of its container has ended, and goes with `nsbox rm`. */
async function forget(own: Home, label = ""): Promise<void> {
  const id = linkOf(`${own.state}/names/${NAME}`);
  if (id === undefined) return;
  const state = textOf(`${own.state}/containers/${id}/status`).split("\n")[0];
  expect({ label, state }).toEqual({ label, state: "state exited" });
  const removed = await own.nsbox("rm", NAME);
  expect({ label, ...removed }).toEqual({ label, out: `${NAME}\n`, err: "", status: 0 });
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** A place of one's own in which containers were kept already: so its directories are there. */
export async function used(own: Home, tree: string): Promise<Home> {
  await own.nsbox("run", "-q", "-d", "--rm", "--name", NAME, tree, "true");
  await until("it is gone", async () => (await own.nsbox("ps", "-aq")).out === "");
  return own;
}
