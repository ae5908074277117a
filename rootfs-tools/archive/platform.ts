/** Machines by the names that images have for them, see the image specification's config.md. */
import type { Machine } from "../elf/elf.ts";

/** What a container of an image runs on. */
export interface Platform {
  /** In Go's names: `linux`, `amd64`, `v7`. */
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

interface Row {
  readonly architecture: string;
  /** The variant that is meant where none is named. */
  readonly variant?: string;
  /** Which ELF files run there. */
  readonly elf: Omit<Machine, "bigEndian">;
  /** What others call it: uname(2), Debian. */
  readonly names: readonly string[];
}

const ROWS: readonly Row[] = [
  { architecture: "amd64", elf: { bits: 64, machine: 62 }, names: ["x86_64", "x86-64", "x64"] },
  { architecture: "386", elf: { bits: 32, machine: 3 }, names: ["i386", "i486", "i586", "i686", "x86"] },
  { architecture: "arm64", variant: "v8", elf: { bits: 64, machine: 183 }, names: ["aarch64"] },
  { architecture: "arm", variant: "v7", elf: { bits: 32, machine: 40 }, names: ["armhf", "armv7l"] },
  { architecture: "ppc64le", elf: { bits: 64, machine: 21 }, names: ["ppc64el"] },
  { architecture: "riscv64", elf: { bits: 64, machine: 243 }, names: [] },
  { architecture: "loong64", elf: { bits: 64, machine: 258 }, names: ["loongarch64"] },
  { architecture: "mips64le", elf: { bits: 64, machine: 8 }, names: ["mips64el"] },
];

const platform = ({ architecture, variant }: Row): Platform => ({
  os: "linux",
  architecture,
  ...(variant === undefined ? {} : { variant }),
});

/** The platform that ELF files of `machine` run on; undefined where images have no name for it. */
export function platformOf({ bits, machine, bigEndian }: Machine): Platform | undefined {
  const row = ROWS.find(({ elf }) => !bigEndian && elf.bits === bits && elf.machine === machine);
  return row === undefined ? undefined : platform(row);
}

/** `linux/amd64`, `linux/arm/v6`, or an architecture alone by any of its names; undefined for what is neither. */
export function parsePlatform(text: string): Platform | undefined {
  const parts = text.includes("/") ? text.split("/") : ["linux", text];
  const [os, name, variant, ...rest] = parts;
  const row = ROWS.find(({ architecture, names }) => architecture === name || names.includes(name ?? ""));
  if (os !== "linux" || row === undefined || rest.length > 0) return undefined;
  if (variant === undefined) return platform(row);
  return /^v\d+(\.\d+)?$/.test(variant) ? { ...platform(row), variant } : undefined;
}

/** Names for an error to list. */
export const ARCHITECTURES: readonly string[] = ROWS.map(({ architecture }) => architecture);

/** The platform that we run on. */
export const hostPlatform = (): Platform =>
  parsePlatform(process.arch) ?? { os: "linux", architecture: process.arch };
