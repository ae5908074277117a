/**
 * The table of ways out as Markdown, in docs/escapes.md between two markers. Run as a program it writes the
 * file: `bun test/escape/table.ts`.
 */
import { join } from "node:path";
import { CONTROLS } from "./controls.ts";
import { IMAGES } from "./images.ts";
import { OUTSIDE } from "./outside.ts";
import type { Layer, Way } from "./way.ts";
import { WAYS } from "./ways.ts";

export const DOCUMENT = join(import.meta.dir, "../../docs/escapes.md");

const BEGIN = "<!-- made by test/escape/table.ts: begin -->";
const END = "<!-- made by test/escape/table.ts: end -->";

const HEADS = [
  "Way out",
  "What it does",
  "Shown to work in",
  "Held by, and the switch",
  "As an ordinary user",
];

const MACHINES = { vm: "in qemu", uml: "in user mode Linux" } as const;

const code = (text: string): string => `\`${text}\``;

const layer = ({ name, off }: Layer): string =>
  `${name} (${typeof off === "string" ? `no switch: ${off}` : code(off.join(" "))})`;

function what(way: Way): string {
  const image = way.image === undefined ? "" : `; the image has ${IMAGES[way.image].says}`;
  const given = way.given === undefined ? "" : `; given ${code(way.given.join(" "))}`;
  return `It ${way.says}. Outside: ${OUTSIDE[way.outside].says}${image}${given}`;
}

function rootless({ rootless }: Way): string {
  if (rootless === "as root") return "the same";
  return typeof rootless === "string"
    ? `held by the kernel alone: ${rootless}`
    : `not tried: ${rootless.not}`;
}

const row = (way: Way): string[] => [
  way.name,
  what(way),
  `${CONTROLS[way.control].says}${way.machine === undefined ? "" : `, ${MACHINES[way.machine]}`}`,
  way.layers.map(layer).join("; "),
  rootless(way),
];

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

/** The table, markers included. */
export function table(): string {
  const rows = [HEADS, HEADS.map(() => "---"), ...WAYS.map(row)].map(line);
  return [BEGIN, "", ...rows, "", END].join("\n");
}

/** `text` with the table in the place of the one that it has. */
export function withTable(text: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`No markers in ${DOCUMENT}`);
  return text.slice(0, begin) + table() + text.slice(end + END.length);
}

if (import.meta.main) await Bun.write(DOCUMENT, withTable(await Bun.file(DOCUMENT).text()));
