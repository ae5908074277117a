/**
 * How each kind looks, in pictures and on terminals. The colours can be told apart by people who do not
 * see red, green or blue, in light and dark; and no view relies on them alone: the name of the kind, or its
 * sign, always stands there too.
 */
import type { KindName } from "./kinds.ts";

/** The looks of one kind. */
export interface KindStyle {
  /** CSS colours on a light and on a dark ground. */
  readonly light: string;
  readonly dark: string;
  /** The number of the colour among a terminal's 256. */
  readonly terminal: number;
  /** One character that stands for the kind where there is no room for its name: its option letter. */
  readonly sign: string;
}

/** Kind to looks. The hues are those of Okabe and Ito's palette, made darker or lighter for contrast. */
export const KIND_STYLES: Readonly<Record<KindName, KindStyle>> = {
  user: { light: "#0060a0", dark: "#6cb8f0", terminal: 74, sign: "U" },
  mnt: { light: "#8a5a00", dark: "#f0b040", terminal: 214, sign: "m" },
  pid: { light: "#00704e", dark: "#40c898", terminal: 36, sign: "p" },
  net: { light: "#b04000", dark: "#ff8850", terminal: 209, sign: "n" },
  uts: { light: "#984878", dark: "#e0a0c8", terminal: 175, sign: "u" },
  ipc: { light: "#6a6200", dark: "#e8e060", terminal: 185, sign: "i" },
  cgroup: { light: "#505050", dark: "#b8b8b8", terminal: 250, sign: "C" },
  time: { light: "#5a48a8", dark: "#b0a4f4", terminal: 147, sign: "T" },
};
