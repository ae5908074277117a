/** Containers that run while a test looks into them. */
import { NSBOX, type Person, start } from "./support.ts";
import { programBelow } from "./traces.ts";
import { tree } from "./trees.ts";

/** Its first process as the host numbers it, until `body` is done. `options`: those of `nsbox run`. */
export const withContainer = (
  who: Person,
  options: readonly string[],
  body: (pid: number) => Promise<void>,
  root = tree(who),
): Promise<void> => withProgram(who, [NSBOX, "run", "-q", ...options, root, "sleep", "60"], "sleep", body);

/** The same for any command line that ends up in `program`. */
export async function withProgram(
  who: Person,
  argv: readonly string[],
  program: string,
  body: (pid: number) => Promise<void>,
): Promise<void> {
  const outer = start(who, argv);
  let pid: number | undefined;
  try {
    pid = await programBelow(outer.pid, program);
    await body(pid);
  } finally {
    // With PID 1 all of the container ends; whoever started it collects it, and cleans up.
    if (pid === undefined) outer.kill("SIGTERM");
    else Bun.spawnSync([...who.prefix, "kill", "-9", String(pid)], { stderr: "ignore" });
    await outer.exited;
  }
}
