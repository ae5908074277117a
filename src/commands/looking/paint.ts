/** The colours of the kinds on a terminal, and of lines that speak of namespaces. */
import { isColored, painter, type Stream } from "../../cli/color.ts";
import { KIND_STYLES } from "../../ns/kind-styles.ts";
import { KINDS, type KindName } from "../../ns/kinds.ts";

/** Puts text into the colour of a kind, or leaves it as it is. */
export type KindPaint = (kind: KindName, text: string) => string;

/** The painter of kinds for a stream. */
export function kindPainter(stream: Stream): KindPaint {
  if (!isColored(stream)) return (_, text) => text;
  return (kind, text) => `\x1b[38;5;${KIND_STYLES[kind].terminal}m${text}\x1b[39m`;
}

const NAMESPACE = new RegExp(`\\b(${KINDS.map(({ name }) => name).join("|")}):\\[\\d+\\]`, "g");
/** As `processWords` and `accountWords` write them. */
const PROCESS = /"(?:[^"\\]|\\.)*" \(\d+(?:\/\d+)*\)/g;
const ACCOUNT = /\bUID \d+(?: \("(?:[^"\\]|\\.)*"\))?/g;

/** Puts the namespaces, processes and accounts that a line names into their colours, where there are any. */
export function linePainter(stream: Stream): (line: string) => string {
  if (!isColored(stream)) return (line) => line;
  const paint = painter(stream);
  const kinds = kindPainter(stream);
  return (line) =>
    line
      .replace(NAMESPACE, (title, kind: KindName) => kinds(kind, title))
      .replace(PROCESS, (words) => paint("term", words))
      .replace(ACCOUNT, (words) => paint("hint", words));
}
