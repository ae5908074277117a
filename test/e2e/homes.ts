/**
 * A place of one's own for containers: root's is /run in a private mount namespace, an ordinary user's is
 * another $XDG_RUNTIME_DIR. Containers can be put there as a supervisor would leave them, without one.
 */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { startOf } from "../../src/runtime/containers/process.ts";
import { SYS } from "../../src/sys/constants.ts";
import { syscall } from "../../src/sys/ffi.ts";
import { CALLER_ENV, call, NSBOX, type Outcome, type Person, SCRATCH, start } from "./support.ts";

/** Where one person's containers are. */
export interface Home {
  /** The person, in that namespace. */
  readonly who: Person;
  readonly env: Record<string, string>;
  /** STATE, as the test process reaches it. */
  readonly state: string;
  /** Runs `nsbox ARGS`. */
  nsbox(...args: string[]): Promise<Outcome>;
  /** Starts `nsbox ARGS`. */
  start(...args: string[]): Bun.Subprocess<"ignore", "pipe", "pipe">;
}

let homes = 0;

/** A new, empty one. `size`: as tmpfs(5) takes it, for root. */
export async function home(who: Person, size = "64m"): Promise<Home> {
  const base = who.uid === 0 ? await privateRun(size) : ownRun(who);
  const { person, run, env } = base;
  return {
    who: person,
    env,
    state: `${run}/nsbox`,
    async nsbox(...args) {
      const { out, ...rest } = await call(person, [NSBOX, ...args], { env });
      // The machine's cgroups are everybody's: tests of killed hosts leave some, and whoever comes first names them.
      return { ...rest, out: args[0] === "gc" ? out.replaceAll(/^empty cgroups of .*\n/gm, "") : out };
    },
    start: (...args) => start(person, [NSBOX, ...args], { env }),
  };
}

async function privateRun(size: string) {
  const line = `mount -t tmpfs -o size=${size} tmpfs /run && echo ready && exec cat`;
  const holder = Bun.spawn(["unshare", "-m", "sh", "-c", line], { stdin: "pipe", stdout: "pipe" });
  const { value } = await holder.stdout.getReader().read();
  if (value === undefined) throw new Error("No private mount namespace");
  holder.unref();
  const person = { name: "root", prefix: ["nsenter", "-m", "-t", `${holder.pid}`], uid: 0 };
  return { person, run: `/proc/${holder.pid}/root/run`, env: CALLER_ENV };
}

function ownRun(who: Person) {
  const run = join(SCRATCH, `run-${++homes}`);
  mkdirSync(run);
  chownSync(run, who.uid, who.uid);
  chmodSync(run, 0o700);
  return { person: who, run, env: { ...CALLER_ENV, XDG_RUNTIME_DIR: run } };
}

/** A container as it is put somewhere. */
export interface Fake {
  readonly id: string;
  readonly name?: string;
  /** Lines of the status file; without them there is none. */
  readonly status?: string;
  readonly config?: object | string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** The test process holds its lock. */
  readonly locked?: boolean;
  /** Seconds since it was touched. */
  readonly age?: number;
}

/** Status lines of one that has ended. */
export const EXITED = "state exited\nsupervisor 0 0\nmonitor 0 0\npid 0 0\nstarted 1\nended 2\nstatus 3\n";

/** Status lines of one that runs, with the test process as its supervisor and `pid` as its first process. */
export const running = (pid = process.pid): string =>
  `state running\nsupervisor ${process.pid} ${startOf(process.pid)}\nmonitor 0 0\npid ${pid} ${startOf(pid) ?? 1}\nstarted ${Date.now()}000000\nended 0\nstatus -1\n`;

const configOf = (id: string): object => ({
  version: 1,
  id,
  created: "2026-01-01T00:00:00.000Z",
  argv: ["/root", "sleep"],
  cwd: "/",
  root: "/",
  command: ["sleep", "9"],
  kinds: [],
  stopSignal: 15,
  stopTimeout: 10,
});

/** Puts it there. Returns its directory. */
export function put({ state, who }: Home, fake: Fake): string {
  const { id, name, status, config = configOf(id), files = {}, locked, age = 0 } = fake;
  const own = (path: string): void => {
    if (who.uid !== process.getuid?.()) chownSync(path, who.uid, who.uid);
  };
  for (const path of [state, `${state}/names`, `${state}/containers`]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    own(path);
  }
  const directory = `${state}/containers/${id}`;
  mkdirSync(directory, { mode: 0o700 });
  const all = {
    lock: "",
    "config.json": typeof config === "string" ? config : JSON.stringify(config),
    ...(status === undefined ? {} : { status }),
    ...files,
  };
  for (const [file, content] of Object.entries(all)) {
    writeFileSync(`${directory}/${file}`, content);
    own(`${directory}/${file}`);
  }
  if (name !== undefined) symlinkSync(id, `${state}/names/${name}`);
  if (locked) syscall(SYS.flock, openSync(`${directory}/lock`, "r"), 2);
  const time = Date.now() / 1000 - age;
  utimesSync(directory, time, time);
  own(directory);
  return directory;
}

/** What the descriptors of a process are. */
export function descriptors(pid: string | number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}
