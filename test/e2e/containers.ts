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
  const process = start(who, argv);
  try {
    await body(await programBelow(process.pid, program));
  } finally {
    process.kill("SIGTERM");
    await process.exited;
  }
}
