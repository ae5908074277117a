/** What the engines' form adds to an entry: `includes` and `excludes` say where it counts. */
import type { Arch } from "./arch.ts";
import type { Json } from "./json.ts";

/** Where a profile is to be used. */
export interface Host {
  readonly arch: Arch;
  /** The bounding set, names without CAP_. */
  readonly capabilities: readonly string[];
  /** What uname(2) calls the release: `6.1.0-18-amd64`. */
  readonly kernel: string;
}

/** The engines' names of architectures, which are Go's. */
const GO_ARCH: Readonly<Record<Arch, string>> = { x64: "amd64", arm64: "arm64" };

function isAtLeast(kernel: string, wanted: Json): boolean {
  const [, leastMajor, leastMinor] = wanted.parts(/^(\d{1,9})\.(\d{1,9})$/, 'a version like "4.8"');
  const [, major, minor] = kernel.match(/^(\d{1,9})\.(\d{1,9})/) ?? [];
  return major === leastMajor ? Number(minor) >= Number(leastMinor) : Number(major) > Number(leastMajor);
}

/** The conditions of one side that are given, and whether each holds. */
function facts(side: Json, host: Host): { arch?: boolean; caps?: readonly boolean[]; kernel?: boolean } {
  if (side.isAbsent) return {};
  side.only(["arches", "caps", "minKernel"]);
  const arches = side
    .field("arches")
    .items()
    .map((item) => item.text());
  const caps = side
    .field("caps")
    .items()
    .map((item) => item.text().replace(/^CAP_/, ""));
  const least = side.field("minKernel");
  return {
    ...(arches.length > 0 ? { arch: arches.includes(GO_ARCH[host.arch]) } : {}),
    caps: caps.map((cap) => host.capabilities.includes(cap)),
    ...(least.isAbsent ? {} : { kernel: isAtLeast(host.kernel, least) }),
  };
}

/**
 * Whether an entry counts here: all that it includes holds, one of the architectures and every capability;
 * nothing that it excludes does.
 */
export function applies(entry: Json, host: Host): boolean {
  const includes = facts(entry.field("includes"), host);
  const excludes = facts(entry.field("excludes"), host);
  const isIn = (includes.arch ?? true) && (includes.kernel ?? true) && !includes.caps?.includes(false);
  const isOut = (excludes.arch ?? false) || (excludes.kernel ?? false) || excludes.caps?.includes(true);
  return isIn && !isOut;
}
