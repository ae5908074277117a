/** Whether to use colours, and which. Decided anew for each stream; `--color` decides for all of them. */
import { UsageError } from "../util/errors.ts";

const CHOICES = ["auto", "always", "never"] as const;

/** What `--color` takes. */
export type Choice = (typeof CHOICES)[number];

/** A standard stream by its descriptor: output or error. */
export type Stream = 1 | 2;

const CODES = { error: "1;31", note: "1;36", hint: "32", heading: "1", term: "36" } as const;

/** What a piece of text is; its colour follows. */
export type Style = keyof typeof CODES;

/** Puts a text into its colour, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

let choice: Choice = "auto";

/** Takes the value of `--color`. */
export function chooseColor(when: string): void {
  const known = CHOICES.find((word) => word === when);
  if (known === undefined) {
    throw new UsageError(`Option "--color" does not know "${when}"`, "It takes auto, always or never");
  }
  choice = known;
}

/** The decision itself: the option, then NO_COLOR, CLICOLOR_FORCE, TERM=dumb, then what the stream is. */
export function wantsColor(
  when: Choice,
  { NO_COLOR, CLICOLOR_FORCE, TERM }: Readonly<Record<string, string | undefined>>,
  isTerminal: () => boolean,
): boolean {
  if (when !== "auto") return when === "always";
  if (NO_COLOR) return false;
  if (CLICOLOR_FORCE && CLICOLOR_FORCE !== "0") return true;
  return TERM !== "dumb" && isTerminal();
}

/** The device number of /dev/null: where output most often goes that is no terminal, and yet a character device. */
const NULL_DEVICE = 0x103;

/** Whether the stream is a terminal. Loads node:tty only where it may be one: it costs milliseconds. */
export function isTerminal(stream: Stream): boolean {
  try {
    const stat = process.getBuiltinModule("node:fs").fstatSync(stream);
    if (!stat.isCharacterDevice() || stat.rdev === NULL_DEVICE) return false;
  } catch {
    // It is closed.
    return false;
  }
  return process.getBuiltinModule("node:tty").isatty(stream);
}

/** Whether text for a stream is to have colours. */
export const isColored = (stream: Stream): boolean =>
  // Bun knows for free when neither stream is a terminal, and then node:tty need not be loaded.
  wantsColor(choice, process.env, () => Bun.enableANSIColors && isTerminal(stream));

/** The painter for a stream. */
export function painter(stream: Stream): Paint {
  const on = isColored(stream);
  return (style, text) => (on && text !== "" ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text);
}
