/** How an option is spelled in help and man page. */
import type { Flag } from "./command.ts";

type Mark = (text: string) => string;
const plain: Mark = (text) => text;

/** `-u HOSTNAME, --uts-ns[=HOSTNAME]`; `option` and `value` mark the parts in the medium's own way. */
export function label(flag: Flag, option: Mark = plain, value: Mark = plain): string {
  const long = option(`--${flag.long}`);
  const name = flag.value === undefined ? "" : value(flag.value);
  const longForm = name === "" ? long : flag.optional ? `${long}[=${name}]` : `${long} ${name}`;
  if (flag.short === undefined) return longForm;
  const short = option(`-${flag.short}`);
  return flag.last && flag.optional ? `${short} ${name}, ${longForm}` : `${short}, ${longForm}`;
}

/** The paragraphs on a flag beyond its one line. */
export const remarks = (flag: Flag): string =>
  [flag.text, flag.multiple && "May be given more than once."].filter(Boolean).join("\n\n");

/** The options that help shows, under their headings, in the order of the table. */
export function grouped(flags: readonly Flag[]): Map<string, Flag[]> {
  return Map.groupBy(
    flags.filter(({ hidden }) => !hidden),
    ({ group = "Options" }) => group,
  );
}
