/**
 * The way in: words to a command, its status to the caller. `nsbox run` and `nsbox --version` take the
 * short way; whatever else is asked for loads the tree of commands.
 */
import { perform } from "./cli/perform.ts";
import { VERSION } from "./cli/version.ts";

async function main(args: readonly string[]): Promise<number> {
  const running = args[0] === "run";
  try {
    if (running) return await perform((await import("./commands/run.ts")).command, args.slice(1));
    if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
      console.log(`nsbox ${VERSION}`);
      return 0;
    }
    return await perform((await import("./commands/root.ts")).command, args);
  } catch (error) {
    // `perform` words all that a command throws; what is left is a command that could not be loaded.
    return (await import("./cli/fail.ts")).fail(error, running ? 125 : 1, false);
  }
}

process.exit(await main(process.argv.slice(2)));
