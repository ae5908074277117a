/** The style sheet of a picture: plain rules without variables, which every viewer of SVG understands. */
import { KIND_STYLES } from "../../ns/kind-styles.ts";
import { KINDS } from "../../ns/kinds.ts";
import { FONT } from "../layout/measures.ts";

/** Colours of a ground and what stands on it. */
interface Theme {
  readonly name: "light" | "dark";
  readonly ground: string;
  readonly card: string;
  readonly frame: string;
  readonly border: string;
  readonly text: string;
  readonly soft: string;
  readonly line: string;
  /** Of the letter in a sign. */
  readonly letter: string;
  /** How much of the kind's colour is in a chip. */
  readonly tint: number;
}

/** Contrast of text and soft text with card and ground is at least 4.5 to 1. */
export const THEMES: Readonly<Record<"light" | "dark", Theme>> = {
  light: {
    name: "light",
    ground: "#f6f7f9",
    card: "#ffffff",
    frame: "#eceff3",
    border: "#cfd5dd",
    text: "#1b2430",
    soft: "#566170",
    line: "#8b96a5",
    letter: "#ffffff",
    tint: 0.07,
  },
  dark: {
    name: "dark",
    ground: "#11151a",
    card: "#1a2027",
    frame: "#161b21",
    border: "#323c48",
    text: "#e6ebf1",
    soft: "#9aa7b6",
    line: "#66758a",
    letter: "#11151a",
    tint: 0.12,
  },
};

const MONO = `ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace`;
const SANS = `system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif`;

/** Everything that is the same by day and by night. */
const SHAPES = `
.picture text{font-family:${MONO};unicode-bidi:isolate}
.picture .head,.picture .sub,.picture .legend .words,.picture .frame text{font-family:${SANS}}
.picture .head{font-size:20px;font-weight:600}
.picture .sub{font-size:12.5px}
.picture .title{font-size:${FONT.title}px;font-weight:600}
.picture .say{font-size:${FONT.line}px}
.picture .chip text,.picture .kind{font-size:${FONT.chip}px}
.picture .chip .mark{font-size:${FONT.mark}px}
.picture .kind{font-weight:600}
.picture .frame text,.picture .legend .words{font-size:${FONT.frame}px}
.picture .mark text{font-size:${FONT.mark}px}
.picture .letter{font-weight:700;text-anchor:middle;stroke:none}
.picture .end{text-anchor:end}
.picture .empty .name{font-style:italic}
.picture .box{stroke-width:1}
.picture .empty>.box,.picture .unknown>.box{stroke-dasharray:4 3}
.picture .mark rect{fill:none}
.picture .link,.picture .owner,.picture .cable{fill:none}
.picture .link{stroke-width:1.5}
.picture .owner{stroke-width:1.2;stroke-dasharray:5 4}
.picture .cable{stroke-width:2.5}
.picture .frame rect{stroke-width:1}
.picture .stroke{fill:none;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
.picture .ring{fill:none;stroke-width:1.2}`;

/** What has the colours of `theme`, each selector behind `scope`. */
function colours(theme: Theme, scope: string): string {
  const { ground, card, frame, border, text, soft, line, letter, tint } = theme;
  const rules: [string, string][] = [
    [".ground", `fill:${ground}`],
    ["text", `fill:${text}`],
    [".sub,.say,.id,.frame text,.legend .words,.mark text,.chip .mark", `fill:${soft}`],
    [".say.first", `fill:${text}`],
    [".card>.box", `fill:${card};stroke:${border}`],
    [".frame rect", `fill:${frame};stroke:${border}`],
    [".mark rect", `stroke:${line}`],
    [".link,.owner,.cable", `stroke:${line}`],
    [".stroke", `stroke:${text}`],
    [".letter", `fill:${letter}`],
    [".rule", `stroke:${border}`],
    [".count", `fill:${soft};font-weight:400`],
  ];
  for (const { name } of KINDS) {
    const colour = KIND_STYLES[name][theme.name];
    rules.push(
      [`.k-${name}>.shape,.k-${name}>.bar`, `fill:${colour}`],
      [`.k-${name}>.ring`, `stroke:${colour}`],
      [`.k-${name}>.kind`, `fill:${colour}`],
      [`.chip.k-${name}>.box`, `fill:${colour};fill-opacity:${tint};stroke:${colour};stroke-opacity:.5`],
      [`.chip.empty.k-${name}>.box`, `fill:none;stroke:${colour};stroke-opacity:.9`],
    );
  }
  const scoped = (selectors: string) =>
    selectors
      .split(",")
      .map((one) => `${scope}.picture ${one}`)
      .join(",");
  return rules.map(([selectors, body]) => `${scoped(selectors)}{${body}}`).join("\n");
}

/** The style sheet. With `switchable` an attribute data-theme at the root goes before the system's choice. */
export function pictureStyles(switchable: boolean): string {
  const night = switchable ? ":root:not([data-theme=light]) " : "";
  return [
    SHAPES.trim(),
    colours(THEMES.light, ""),
    `@media screen and (prefers-color-scheme:dark){\n${colours(THEMES.dark, night)}\n}`,
    ...(switchable ? [`@media screen{\n${colours(THEMES.dark, ":root[data-theme=dark] ")}\n}`] : []),
    "@media print{.picture .ground{fill:none}.picture .box{stroke-opacity:1}}",
  ].join("\n");
}
