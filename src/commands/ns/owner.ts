/** `nsbox ns owner`: the user namespace that owns a namespace. */
import type { Parsed } from "../../cli/command.ts";
import { KINDS } from "../../ns/kinds.ts";
import { ownerOf } from "../../ns/references.ts";
import { askAll } from "./ask.ts";

/** Prints the owner of each. */
export const run = (input: Parsed, words: readonly string[]): Promise<number> =>
  askAll(input, words, {
    key: "owner",
    kinds: KINDS.map(({ name }) => name),
    action: "name the owner of",
    causes: { EPERM: "that is neither your own user namespace nor below it (EPERM)" },
    topmost: { kinds: ["user"], has: "has no owner" },
    ask: (path) => {
      using owner = ownerOf(path);
      return String(owner);
    },
  });
