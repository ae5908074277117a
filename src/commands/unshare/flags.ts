/** Options that `nsbox shell` and `nsbox unshare` share with `nsbox run`, as that has them. */
import type { Flag } from "../../cli/command.ts";
import { runFlags } from "../run/flags.ts";

/** Those of `run` by these long names, in the order of its help. Called when nsbox is built. */
export const flagsOfRun = (...names: readonly string[]): readonly Flag[] =>
  runFlags()
    .filter(({ long }) => names.includes(long))
    .map(({ group: _, ...flag }) => flag);
