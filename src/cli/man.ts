/** Man pages in roff, made from the same tables as the help. */
import { type Command, callOf } from "./command.ts";
import { COMMON_FLAGS } from "./flags.ts";
import { grouped, label, remarks } from "./label.ts";
import { paragraphs } from "./layout.ts";
import { EXIT_STATUS, TOPICS } from "./topics.ts";
import { VERSION } from "./version.ts";

/** Characters that roff takes for something else, or turns into their typographic sisters. */
const GLYPHS: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  '"': "\\(dq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** Text as roff, to be read as it stands: no character of it is a request. */
const literal = (text: string): string =>
  text
    .replace(/[-\\'"`^~]|[^\0-\x7f]/gu, (character) => {
      return (
        GLYPHS[character] ?? `\\[u${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`
      );
    })
    .replace(/^\./gm, "\\&.");

const bold = (text: string): string => `\\fB${literal(text)}\\fR`;
const italic = (text: string): string => `\\fI${literal(text)}\\fR`;

/** Running text, where what stands in backquotes is set in bold. */
const prose = (text: string): string =>
  text
    .replaceAll("\n", " ")
    .split("`")
    .map((part, index) => (index % 2 === 1 ? bold(part) : literal(part)))
    .join("");

/** Paragraphs; those that stand as they are become displays. */
const body = (text: string, between = ".PP"): string[] =>
  paragraphs(text).flatMap((part, index) => [
    ...(index > 0 ? [between] : []),
    ...(part.startsWith(" ") ? [".EX", literal(part), ".EE"] : [prose(part)]),
  ]);

/** The man page of a command; `summary` is the one line that `apropos` shows. */
export function manPage(command: Command, summary: string): string {
  const name = callOf(command.name).replace(" ", "-");
  const lines = [
    `.TH "${literal(name.toUpperCase())}" 1 "" "nsbox ${literal(VERSION)}" "User Commands"`,
    ".nh",
    ".ad l",
    ".SH NAME",
    `${literal(name)} \\- ${prose(summary)}`,
    ".SH SYNOPSIS",
    `${bold(callOf(command.name))} ${literal(command.usage)}`,
    ".SH DESCRIPTION",
    ...body(command.description),
  ];
  for (const { title, rows } of command.listings ?? []) {
    lines.push(`.SH "${literal(title.toUpperCase())}"`);
    for (const [term, text] of rows) lines.push(".TP", bold(term), prose(text));
  }
  lines.push(".SH OPTIONS");
  for (const [title, flags] of grouped([...command.flags, ...COMMON_FLAGS])) {
    lines.push(`.SS "${literal(title)}"`);
    for (const flag of flags) {
      lines.push(".TP", label(flag, bold, italic), `${prose(flag.help)}.`, ...body(remarks(flag), ".IP"));
    }
  }
  lines.push(".SH EXIT STATUS", ...body(EXIT_STATUS[command.failure]));
  lines.push(".SH ENVIRONMENT", ...body(TOPICS.environment.text));
  if (command.examples.length > 0) lines.push(".SH EXAMPLES");
  for (const { line, text } of command.examples) lines.push(".TP", bold(line), prose(text));
  if (command.name !== "nsbox") lines.push(".SH SEE ALSO", `${bold("nsbox")}(1)`);
  return lines.join("\n");
}
