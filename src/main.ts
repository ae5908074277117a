/**
 * The way in: words to a command, its status to the caller. A plain `nsbox run` and `nsbox --version` take
 * the short way, `nsbox run` with options and `nsbox exec` a middle one; whatever else is asked for loads the tree of commands.
 */
import { VERSION } from "./cli/version.ts";

/** Commands that a link to nsbox may be named after. */
const LINKS = ["lsuserns", "lspidns", "pidtree", "graphns"];

async function main(words: readonly string[]): Promise<number> {
  // As it was called, a path or a name: known without asking the kernel.
  const called = process.argv0.slice(process.argv0.lastIndexOf("/") + 1);
  const args = called !== "nsbox" && LINKS.includes(called) ? [called, ...words] : words;
  const running = args[0] === "run";
  try {
    if (running) (await import("./commands/run/plain.ts")).runPlain(args.slice(1));
    if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
      console.log(`nsbox ${VERSION}`);
      return 0;
    }
    const { perform } = await import("./cli/perform.ts");
    if (running) return await perform((await import("./commands/run.ts")).command, args.slice(1));
    if (args[0] === "exec") return await perform((await import("./commands/exec.ts")).command, args.slice(1));
    // What follows may work for long: see build.ts.
    Bun.unsafe.setJITPolicy(1);
    return await perform((await import("./commands/root.ts")).command, args);
  } catch (error) {
    // `perform` words all that a command throws; what is left is a command that could not be loaded.
    return (await import("./cli/fail.ts")).fail(error, running || args[0] === "exec" ? 125 : 1, false);
  }
}

process.exit(await main(process.argv.slice(2)));
