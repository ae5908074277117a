/** What a row of the table in `./ways.ts` says. */
import type { Control } from "./controls.ts";
import type { Image } from "./images.ts";
import type { Need } from "./needs.ts";
import type { Outside } from "./outside.ts";

/** One thing that refuses, and the options of `nsbox run` that take away just that, or why none does. */
export interface Layer {
  readonly name: string;
  readonly off: readonly string[] | string;
}

/**
 * A way out. In all words `{secret}` is a random text, `{folder}` a directory outside, `{file}` a file in it
 * that holds the text, `{tree}` the root filesystem, `{try}` one of `tries`, and a word `@` what the program
 * outside says.
 */
export interface Way {
  readonly name: string;
  /** What is tried, in one sentence. */
  readonly says: string;
  /** It `reads` the secret and prints it, or it `changes` something outside: then `{folder}/hit` is there. */
  readonly proof: "reads" | "changes";
  /** The command inside: a program of `./programs`, or one that the root filesystem has. */
  readonly attack: readonly string[];
  /** Where the secret is. */
  readonly outside: Outside;
  /** What the root filesystem holds besides programs. */
  readonly image?: Image;
  /** How it is run without protection, to show that it works. */
  readonly control: Control;
  /** `vm`: on a kernel and a machine of its own, by `test/heavy/escape.test.ts`. */
  readonly machine?: "vm" | "uml";
  /** Options of `nsbox run` that the attack starts from. */
  readonly given?: readonly string[];
  /** One after the other, until one succeeds. The control takes the one that works there. */
  readonly tries?: { readonly nsbox: readonly string[]; readonly control: string };
  /** Everything that refuses it: with all of them away it succeeds, with any one left it fails. */
  readonly layers: readonly Layer[];
  /**
   * `as root`: an ordinary user's container refuses it by the same layers. Else why the kernel refuses it to
   * an ordinary user whatever nsbox does, or (`not`) why there is no such attempt.
   */
  readonly rootless: "as root" | string | { readonly not: string };
  /** nsbox refuses it before the command runs. */
  readonly refused?: RegExp;
  /** nsbox may refuse it before the command runs, or not. */
  readonly perhaps?: true;
  /** An attempt leaves the root filesystem other than it was: the next gets a new one. */
  readonly leaves?: true;
  /** What the machine has to have. */
  readonly needs?: Need;
  /** In the virtual machine: shell lines that make ready, that succeed if something changed, and that undo. */
  readonly ready?: string;
  readonly hit?: string;
  readonly undo?: string;
}

/** Whether every layer has a switch, so that it can be shown that nothing else refuses. */
export const opens = (way: Way): boolean => way.layers.every(({ off }) => typeof off !== "string");

/** The options that take away `layers`. */
export const without = (layers: readonly Layer[]): string[] =>
  layers.flatMap(({ off }) => (typeof off === "string" ? [] : off));
