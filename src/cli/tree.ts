/**
 * The tree of commands as citty sees it: names to loaders, so that only the command asked for is loaded.
 * Words are ours to parse. citty gets them behind `--`, where it leaves them alone.
 */
import { defineCommand, runCommand } from "citty";
import type { Command } from "./command.ts";
import { perform } from "./perform.ts";

/** What the tree needs of a command that is not loaded yet. */
export interface Branch {
  readonly summary: string;
  load(): Promise<{ readonly command: Command }>;
}

/** Loads the command `name` of `branches`, which must have it, runs it, and returns its exit status. */
export async function dispatch(
  branches: Readonly<Record<string, Branch>>,
  name: string,
  args: readonly string[],
): Promise<number> {
  let status = 0;
  const leaf = async (branch: Branch) => {
    const { command } = await branch.load();
    return defineCommand({
      meta: { name: command.name, description: branch.summary },
      run: async ({ rawArgs }) => {
        status = await perform(command, rawArgs.slice(1));
      },
    });
  };
  const tree = defineCommand({
    meta: { name: "nsbox" },
    subCommands: Object.fromEntries(
      Object.entries(branches).map(([key, branch]) => [key, () => leaf(branch)] as const),
    ),
  });
  await runCommand(tree, { rawArgs: [name, "--", ...args] });
  return status;
}
