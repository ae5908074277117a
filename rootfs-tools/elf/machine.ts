/** The machines that programs are made for, and where their loaders stand: one row for each ABI. */
import type { Machine } from "./elf.ts";

/** What is known of one ABI. */
export interface Abi {
  /** Its name, as uname(2) or the distributions have it. */
  readonly name: string;
  /** Where glibc's loader stands by convention, for shared objects that name none. */
  readonly glibc: string;
  /** Where musl's does. */
  readonly musl: string;
  /** What ld.so.cache marks its libraries by (ldconfig.h of glibc). */
  readonly cache: number;
  /** Its levels below `glibc-hwcaps`, best first. */
  readonly levels?: readonly string[];
}

const ELF_LIBC6 = 3;
const cached = (requirement: number): number => (requirement << 8) | ELF_LIBC6;

/** `e_machine/class`, with `be` where it is big-endian. */
const ABIS: Readonly<Record<string, Abi>> = {
  "62/64": {
    name: "x86-64",
    glibc: "/lib64/ld-linux-x86-64.so.2",
    musl: "/lib/ld-musl-x86_64.so.1",
    cache: cached(3),
    levels: ["x86-64-v4", "x86-64-v3", "x86-64-v2"],
  },
  "62/32": {
    name: "x32",
    glibc: "/libx32/ld-linux-x32.so.2",
    musl: "/lib/ld-musl-x32.so.1",
    cache: cached(8),
  },
  "3/32": { name: "i386", glibc: "/lib/ld-linux.so.2", musl: "/lib/ld-musl-i386.so.1", cache: cached(0) },
  "183/64": {
    name: "aarch64",
    glibc: "/lib/ld-linux-aarch64.so.1",
    musl: "/lib/ld-musl-aarch64.so.1",
    cache: cached(10),
  },
  "40/32": {
    name: "arm",
    glibc: "/lib/ld-linux-armhf.so.3",
    musl: "/lib/ld-musl-armhf.so.1",
    cache: cached(9),
  },
  "243/64": {
    name: "riscv64",
    glibc: "/lib/ld-linux-riscv64-lp64d.so.1",
    musl: "/lib/ld-musl-riscv64.so.1",
    cache: cached(16),
  },
  "21/64": {
    name: "ppc64le",
    glibc: "/lib64/ld64.so.2",
    musl: "/lib/ld-musl-powerpc64le.so.1",
    cache: cached(5),
    levels: ["power10", "power9"],
  },
  "21/64be": {
    name: "ppc64",
    glibc: "/lib64/ld64.so.1",
    musl: "/lib/ld-musl-powerpc64.so.1",
    cache: cached(5),
  },
  "20/32be": {
    name: "powerpc",
    glibc: "/lib/ld.so.1",
    musl: "/lib/ld-musl-powerpc.so.1",
    cache: ELF_LIBC6,
  },
  "22/64be": {
    name: "s390x",
    glibc: "/lib/ld64.so.1",
    musl: "/lib/ld-musl-s390x.so.1",
    cache: cached(4),
    levels: ["z16", "z15", "z14", "z13"],
  },
  "258/64": {
    name: "loongarch64",
    glibc: "/lib64/ld-linux-loongarch-lp64d.so.1",
    musl: "/lib/ld-musl-loongarch64.so.1",
    cache: cached(18),
  },
  "8/64": {
    name: "mips64el",
    glibc: "/lib64/ld.so.1",
    musl: "/lib/ld-musl-mips64el.so.1",
    cache: cached(7),
  },
  "8/32": { name: "mipsel", glibc: "/lib/ld.so.1", musl: "/lib/ld-musl-mipsel.so.1", cache: ELF_LIBC6 },
};

/** What is known of `machine`; `undefined` where nothing is. */
export const abiOf = ({ bits, machine, bigEndian }: Machine): Abi | undefined =>
  ABIS[`${machine}/${bits}${bigEndian ? "be" : ""}`];

/** `machine` in words, for people. */
export const machineName = (machine: Machine): string =>
  abiOf(machine)?.name ??
  `machine ${machine.machine} (${machine.bits} bits${machine.bigEndian ? ", big-endian" : ""})`;

/** Whether files for one of them can be loaded with those for the other. */
export const isSameMachine = (a: Machine, b: Machine): boolean =>
  a.bits === b.bits && a.machine === b.machine && a.bigEndian === b.bigEndian;
