/** One command, from its words to its exit status. The same for every command, so that none can differ. */
import { parse } from "./argv.ts";
import type { Command } from "./command.ts";

/** Parses `args` by the command's table, runs it, and words what goes wrong. Never throws. */
export async function perform(command: Command, args: readonly string[]): Promise<number> {
  try {
    const input = parse(command, args);
    const color = input.value("color");
    if (color !== undefined) (await import("./color.ts")).chooseColor(color);
    if (input.has("help")) {
      const long = args.includes("--help");
      return (await import("./usage.ts")).printUsage(command, long);
    }
    if (input.has("quiet")) (await import("./log.ts")).setQuiet(true);
    return await command.run(input);
  } catch (error) {
    const { fail, wantsJson } = await import("./fail.ts");
    return fail(error, command.failure, wantsJson(command, args));
  }
}
