/** The colours of the kinds on a terminal. */
import { isColored, type Stream } from "../../cli/color.ts";
import { KIND_STYLES } from "../../ns/kind-styles.ts";
import type { KindName } from "../../ns/kinds.ts";

/** Puts text into the colour of a kind, or leaves it as it is. */
export type KindPaint = (kind: KindName, text: string) => string;

/** The painter of kinds for a stream. */
export function kindPainter(stream: Stream): KindPaint {
  if (!isColored(stream)) return (_, text) => text;
  return (kind, text) => `\x1b[38;5;${KIND_STYLES[kind].terminal}m${text}\x1b[39m`;
}
