/** Options of `nsbox build-rootfs` for what programs need beyond their libraries. */
import type { Addition } from "../../../rootfs-tools/collect/add.ts";
import type { ContentsOptions } from "../../../rootfs-tools/collect/contents.ts";
import type { Flag, Parsed } from "../../cli/command.ts";
import { UsageError } from "../../util/errors.ts";
import { split } from "../run/colons.ts";

const group = "Contents";

/** The rows, in the order of the help. */
export const CONTENTS_FLAGS: readonly Flag[] = [
  {
    long: "add",
    value: "SRC[:DST]",
    multiple: true,
    group,
    help: "Add a file, a link, a device, or a directory with all in it",
    text: 'SRC keeps its place, or goes to DST, a path in the tree; with a slash at its end DST is the directory to put it in, and SRC/. is what the directory SRC holds. What stands there otherwise gives way. A colon in a path is written "\\:". With --root, SRC alone is a path of that system, and with DST one of the caller\'s own. Programs and shared objects bring their libraries, scripts not their interpreters.',
  },
  {
    long: "package",
    value: "NAME",
    multiple: true,
    group,
    help: "Add every file of a package (Debian, RPM, Alpine, Arch)",
    text: "Configuration included; what its programs load comes along, what else it depends on does not.",
  },
  {
    long: "with-packages",
    group,
    help: "Add every file of the packages that own the programs",
    text: "And of those that they depend on and that were built from the same source: python3 needs them.",
  },
  {
    long: "no-docs",
    group,
    help: "Leave out manuals, documents and examples of packages",
  },
  {
    long: "nss",
    group,
    help: "Add the name service: users, groups, hosts, services",
    text: "The modules that /etc/nsswitch.conf names, and the system's own files that they read: passwd, group, hosts, services, protocols, resolv.conf and the like. Never shadow, and no password that stands elsewhere.",
  },
  {
    long: "locale",
    value: "NAME",
    multiple: true,
    group,
    help: "Add a locale, such as en_US.UTF-8",
    text: "Also the translations of the programs in the tree, and the charset where it is not UTF-8. Out of an archive of locales comes this one alone.",
  },
  {
    long: "gconv",
    value: "CHARSETS",
    optional: true,
    multiple: true,
    group,
    help: "Add what iconv(3) converts charsets with: all, or those named",
    text: "Names are parted by commas. UTF-8, UCS and ASCII are part of every libc, and musl needs nothing at all.",
  },
  {
    long: "tz",
    value: "ZONES",
    optional: true,
    multiple: true,
    group,
    help: "Add time zones, all or those named, and the system's own",
    text: "A zone, Europe/Berlin, or a directory of zones, Europe; parted by commas. The copies of all zones in posix and right only by name.",
  },
  {
    long: "certs",
    group,
    help: "Add the certificates that TLS trusts, and OpenSSL's configuration",
    text: "Private keys stay behind.",
  },
  {
    long: "terminfo",
    value: "NAMES",
    optional: true,
    multiple: true,
    group,
    help: "Add descriptions of terminals: the usual ones, those named, or all",
    text: 'Names are parted by commas; "common" is the usual ones, "all" every one that this system has.',
  },
  {
    long: "dlopen",
    value: "required|recommended|suggested|all",
    optional: true,
    group,
    help: "Add libraries that programs say they open by themselves",
    text: "By the notes of the ELF dlopen metadata specification; most programs have none. Without a value it is recommended, which required is part of; all is suggested too. A required library that is absent is an error.",
  },
];

const DLOPEN = {
  required: "required",
  recommended: "recommended",
  suggested: "suggested",
  all: "suggested",
} as const;

/** What was asked for. Throws UsageError. */
export function readContents(input: Parsed): ContentsOptions {
  return {
    add: input.values("add").map(readAddition),
    packages: input.values("package"),
    withPackages: input.has("with-packages"),
    noDocs: input.has("no-docs"),
    nss: input.has("nss"),
    locales: words(input, "locale"),
    gconv: listOrAll(input, "gconv"),
    timeZones: listOrAll(input, "tz"),
    certs: input.has("certs"),
    terminfo: terminals(input),
    dlopen: readDlopen(input),
  };
}

/** `SRC`, or `SRC:DST`. */
function readAddition(value: string): Addition {
  const [source = "", destination, ...more] = split(value, ":");
  if (more.length > 0) {
    throw new UsageError(`--add has too many parts: "${value}"`, 'a colon in a path is written "\\:"');
  }
  if (source === "" || destination === "") {
    throw new UsageError(`--add lacks a path: "${value}"`, "--add SRC, or --add SRC:DST");
  }
  return { source, destination };
}

function readDlopen(input: Parsed): ContentsOptions["dlopen"] {
  if (!input.has("dlopen")) return undefined;
  const value = input.value("dlopen") ?? "recommended";
  const priority = Object.entries(DLOPEN).find(([name]) => name === value)?.[1];
  if (priority !== undefined) return priority;
  throw new UsageError(`--dlopen knows no "${value}"`, `--dlopen=${Object.keys(DLOPEN).join("|")}`);
}

/** What commas part in all values of an option. */
const words = (input: Parsed, long: string): string[] =>
  input
    .values(long)
    .flatMap((value) => value.split(","))
    .map((word) => word.trim())
    .filter((word) => word !== "");

/** The words of an option, or all where it came without any. */
function listOrAll(input: Parsed, long: string): "all" | string[] | undefined {
  if (!input.has(long)) return undefined;
  return isBare(input, long) ? "all" : words(input, long);
}

/** The same for terminals: alone it stands for the common ones. */
function terminals(input: Parsed): "all" | string[] | undefined {
  if (!input.has("terminfo")) return undefined;
  const named = words(input, "terminfo");
  if (named.includes("all")) return "all";
  return isBare(input, "terminfo") ? ["common", ...named] : named;
}

const isBare = (input: Parsed, long: string): boolean =>
  input.ordered.some(([name, value]) => name === long && value === true);
