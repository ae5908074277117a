/** The help that `-h` and `--help` print, made from the command's table. */
import { type Paint, painter } from "./color.ts";
import { type Command, callOf } from "./command.ts";
import { COMMON_FLAGS } from "./flags.ts";
import { grouped, label, remarks } from "./label.ts";
import { fill, fillAll, paragraphs, row, widthOf } from "./layout.ts";
import { print } from "./print.ts";

/** Shape of the help: `long` is `--help`. */
export interface Style {
  readonly long: boolean;
  readonly width: number;
  readonly paint: Paint;
}

/** Prints a command's help as its result. */
export function printUsage(command: Command, long: boolean): number {
  print(usage(command, { long, width: widthOf(1), paint: painter(1) }));
  return 0;
}

/** A command's help. */
export function usage(command: Command, style: Style): string {
  const { long, width, paint } = style;
  const heading = (title: string): string => paint("heading", `${title}:`);
  const call = callOf(command.name);
  const parts = [`${heading("Usage")} ${call} ${command.usage}`];
  parts.push(fillAll(long ? command.description : (paragraphs(command.description)[0] ?? ""), width, 0));

  for (const { title, rows } of command.listings ?? []) {
    const lines = rows.map(([term, text]) => row(term, text, width, paint));
    parts.push(`${heading(title)}\n${lines.join("\n")}`);
  }
  for (const [title, flags] of grouped([...command.flags, ...COMMON_FLAGS])) {
    const entries = flags.map((flag) => {
      const term = `${flag.short === undefined ? "    " : ""}${label(flag)}`;
      if (!long) return row(term, flag.help, width, paint);
      const more = remarks(flag);
      const text = more === "" ? flag.help : `${flag.help}.\n\n${more}`;
      return `  ${paint("term", term)}\n${fillAll(text, width, 10)}\n`;
    });
    parts.push(`${heading(title)}\n${entries.join("\n")}`.trimEnd());
  }
  if (!long) {
    parts.push(fill(`\`${call} --help\` explains each of these.`, width, 0));
  } else if (command.examples.length > 0) {
    const lines = command.examples.map(
      ({ line, text }) => `  ${paint("term", line)}\n${fill(text, width, 6)}`,
    );
    parts.push(`${heading("Examples")}\n${lines.join("\n\n")}`);
  }
  return parts.join("\n\n");
}
