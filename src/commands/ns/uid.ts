/** `nsbox ns uid`: who made a user namespace. */
import type { Parsed } from "../../cli/command.ts";
import { ownerUidOf } from "../../ns/references.ts";
import { askAll } from "./ask.ts";

/** Prints the uid of each. */
export const run = (input: Parsed, words: readonly string[]): Promise<number> =>
  askAll(input, words, {
    key: "uid",
    kinds: ["user"],
    action: "name the user that made",
    causes: {
      EINVAL: "only user namespaces know who made them (EINVAL); `nsbox ns owner` names the one that owns it",
    },
    ask: ownerUidOf,
  });
