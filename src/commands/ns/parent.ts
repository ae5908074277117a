/** `nsbox ns parent`: the parent of a user or PID namespace. */
import type { Parsed } from "../../cli/command.ts";
import { parentOf } from "../../ns/references.ts";
import { askAll } from "./ask.ts";

/** Prints the parent of each. */
export const run = (input: Parsed, words: readonly string[]): Promise<number> =>
  askAll(input, words, {
    key: "parent",
    kinds: ["user", "pid"],
    action: "name the parent of",
    causes: {
      EPERM: "that is neither your own namespace nor below it (EPERM)",
      EINVAL: "only user and PID namespaces have parents (EINVAL)",
    },
    topmost: { kinds: ["user", "pid"], has: "has no parent" },
    ask: (path) => {
      using parent = parentOf(path);
      return String(parent);
    },
  });
