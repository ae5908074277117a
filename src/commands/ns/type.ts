/** `nsbox ns type`: the kind of a namespace. */
import type { Parsed } from "../../cli/command.ts";
import { KINDS } from "../../ns/kinds.ts";
import { kindOf } from "../../ns/references.ts";
import { askAll } from "./ask.ts";

/** Prints the kind of each. */
export const run = (input: Parsed, words: readonly string[]): Promise<number> =>
  askAll(input, words, {
    key: "type",
    kinds: KINDS.map(({ name }) => name),
    action: "name the kind of",
    causes: {},
    ask: kindOf,
  });
