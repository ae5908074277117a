/** Namespaces that tests make for nsbox to find, and what it says of them. */
import { readlinkSync } from "node:fs";
import { call, NSBOX, type Person, start, textOf, until } from "./support.ts";
import { descendants } from "./traces.ts";

/** One object of `nsbox ls --json`; members as docs/seeing.md lists them. */
// biome-ignore lint/suspicious/noExplicitAny: JSON from outside.
export type Row = Record<string, any>;

/** What `nsbox ls --json ARGS` lists. */
export async function listed(who: Person, args: readonly string[]): Promise<Row[]> {
  const { out, err, status } = await call(who, [NSBOX, "ls", "--json", "-q", ...args]);
  if (status !== 0) throw new Error(`nsbox ls ${args.join(" ")}: ${status}\n${err}`);
  return JSON.parse(out).namespaces;
}

/** The id of a namespace of a process, as the kernel tells it. */
export const idOf = (pid: number, kind: string): number =>
  Number(/\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/ns/${kind}`))![1]);

/** `sleep` as `unshare FLAGS` starts it, until `body` is done. */
export async function withSleep(
  who: Person,
  flags: readonly string[],
  body: (pid: number) => Promise<void>,
): Promise<void> {
  await withLine(who, ["unshare", ...flags, "sleep", "60"], body);
}

/** The first `sleep` that comes of any command line, until `body` is done. */
export async function withLine(
  who: Person,
  argv: readonly string[],
  body: (pid: number) => Promise<void>,
): Promise<void> {
  const outer = start(who, argv);
  const isSleep = (pid: number) => textOf(`/proc/${pid}/comm`) === "sleep\n";
  let pid: number | undefined;
  try {
    pid = await until("a sleep", () => [outer.pid, ...descendants(outer.pid)].find(isSleep));
    await body(pid);
  } finally {
    outer.kill("SIGKILL");
    if (pid !== undefined) Bun.spawnSync(["kill", "-9", String(pid)], { stderr: "ignore" });
    await outer.exited;
  }
}
