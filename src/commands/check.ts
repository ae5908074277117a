/** `nsbox check`: is everything here that nsbox wants? Each feature is really tried. */
import { ascii, unicode } from "../cli/charset.ts";
import { painter } from "../cli/color.ts";
import type { Command, Parsed } from "../cli/command.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { fill } from "../cli/layout.ts";
import { print } from "../cli/print.ts";
import { didYouMean, suggest } from "../cli/suggest.ts";
import { terminalWidth } from "../cli/table.ts";
import { KINDS } from "../ns/kinds.ts";
import { PARTS, type Part } from "../runtime/check/index.ts";
import { hasKind } from "../runtime/check/kinds.ts";
import type { Answer, Probe } from "../runtime/check/probe.ts";
import { UsageError } from "../util/errors.ts";
import { safeJson, sanitize } from "../util/sanitize.ts";
import { TOOL_PROBES } from "./check/tools.ts";

const ALL: readonly Part[] = [...PARTS, { title: "Programs", probes: TOOL_PROBES }];

/** `nsbox check`. */
export const command: Command = {
  name: "check",
  usage: "[OPTIONS] [KIND|FEATURE…]",
  description: `Tries each feature of the kernel that nsbox uses, as the caller, in a process of its own that ends with the try, so nothing is changed.

Of each it says:

  ok        it works
  missing   this kernel, or this machine, has it not
  refused   it is there, and the caller may not use it

and of what is not ok, what needs it and what would help; of what is refused, by which switch, limit or right, as far as that shows. Features marked "optional" are not needed by a plain \`nsbox run ROOTFS COMMAND\`.

The status is 0 where all that is not optional works, else 1. With words (kinds of namespaces, as user or net, or names of features) only these are tried, and the status is 1 where any of them does not work.`,
  flags: [
    { long: "list", short: "l", help: "List the kinds of namespaces, and whether this kernel has each" },
    { long: "verbose", short: "v", help: "Say of each what needs it" },
    JSON_FLAG,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox check", text: "All of it." },
    {
      line: "nsbox check user overlay-in-user || echo no",
      text: "May I make user namespaces, and overlays in them?",
    },
    {
      line: "nsbox check --json",
      text: 'The same for a program: `.checks[] | select(.state != "ok")` is what does not work.',
    },
  ],
  failure: 1,
  run,
};

interface Checked {
  readonly probe: Probe;
  readonly answer: Answer;
}

function run(input: Parsed): number {
  if (input.has("list")) return list(input);
  const wanted = new Set(input.rest);
  const known = ALL.flatMap(({ probes }) => probes.map(({ name }) => name));
  for (const word of wanted) {
    if (known.includes(word)) continue;
    throw new UsageError(
      `There is nothing called "${word}" to check`,
      didYouMean(suggest(word, known)) ?? `It checks ${known.join(", ")}`,
    );
  }
  const parts = ALL.map(({ title, probes }) => ({
    title,
    checked: probes
      .filter(({ name }) => wanted.size === 0 || wanted.has(name))
      .map((probe): Checked => ({ probe, answer: probe.probe() })),
  }));
  const all = parts.flatMap(({ checked }) => checked);
  const failed = all.filter(({ answer }) => answer.state !== "ok");
  const needed = wanted.size > 0 ? failed : failed.filter(({ probe }) => !probe.optional);
  if (input.has("json")) {
    const checks = all.map(({ probe: { name, title, for: what, optional }, answer }) => ({
      ...{ name, title, neededFor: what, optional },
      ...{ state: answer.state, detail: answer.detail ?? null, fix: answer.fix ?? null },
    }));
    print(safeJson({ ok: needed.length === 0, checks }));
  } else {
    const said = new Set<string>();
    const lines = parts
      .filter(({ checked }) => checked.length > 0)
      .flatMap(({ title, checked }) => [
        painter(1)("heading", title),
        ...checked.flatMap((one) => linesOf(one, input, said)),
      ]);
    print([...lines, ...(wanted.size === 0 ? ["", summary(all, failed, needed)] : [])].map(plain).join("\n"));
  }
  return needed.length > 0 ? 1 : 0;
}

const plain = (line: string): string => (unicode() ? line : ascii(line));

const STYLES = { ok: "hint", missing: "error", refused: "error" } as const;

/** `said`: what was printed as a fix before, and is not again. */
function linesOf({ probe, answer }: Checked, input: Parsed, said: Set<string>): string[] {
  const { state, detail } = answer;
  const fix = said.has(answer.fix ?? "") ? undefined : answer.fix;
  said.add(answer.fix ?? "");
  const isOk = state === "ok";
  const paint = painter(1);
  const mark = paint(isOk || !probe.optional ? STYLES[state] : "note", state.padEnd(8));
  const name = probe.name.padEnd(17);
  const more = `${!isOk && probe.optional ? " (optional)" : ""}${detail === undefined ? "" : `: ${sanitize(detail)}`}`;
  const title = beside(`${probe.title}${more}`);
  return [
    isNarrow() ? `  ${mark} ${name.trimEnd()}\n${title}` : `  ${mark} ${name}${title.slice(MEANINGS)}`,
    ...(isOk && !input.has("verbose") ? [] : [beside(`for ${probe.for}`)]),
    ...(fix === undefined ? [] : [beside(`${paint("hint", "fix:")} ${sanitize(fix)}`)]),
  ];
}

/** Where the meanings begin, beside the names; on a narrow terminal they stand below them. */
const MEANINGS = 28;
const NARROW = 60;
const NARROW_MEANINGS = 4;

const isNarrow = (): boolean => (terminalWidth() ?? NARROW) < NARROW;

/** `text` in the column of the meanings; on a terminal wrapped there. */
function beside(text: string): string {
  const width = terminalWidth();
  const indent = isNarrow() ? NARROW_MEANINGS : MEANINGS;
  return width === undefined
    ? " ".repeat(indent) + text
    : fill(text, Math.max(width, 2 * NARROW_MEANINGS), indent);
}

function summary(all: readonly Checked[], failed: readonly Checked[], needed: readonly Checked[]): string {
  if (failed.length === 0) return `All ${all.length} work`;
  const works = `${all.length - failed.length} of ${all.length} work`;
  if (needed.length === 0) return `${works}; what does not is optional`;
  const names = needed.map(({ probe }) => probe.name).join(", ");
  return `${works}; nsbox run needs ${names}`;
}

/** A line a kind, in the order of their names. */
function list(input: Parsed): number {
  const kinds = KINDS.map(({ name }) => ({ name, has: hasKind(name) })).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  if (input.has("json")) print(safeJson(Object.fromEntries(kinds.map(({ name, has }) => [name, has]))));
  else print(kinds.map(({ name, has }) => `${name.padEnd(6)}: ${has ? "True " : "False"}`).join("\n"));
  return 0;
}
