/** What was typed behind `nsbox run`, as a request. */
import type { Parsed } from "../../cli/command.ts";
import { KINDS, type KindName } from "../../ns/kinds.ts";
import { checkHostname } from "../../sandbox/hostname.ts";
import type { Join } from "../../sandbox/joins.ts";
import type { RunRequest } from "../../sandbox/request.ts";
import { UsageError } from "../../util/errors.ts";
import { MAP_OPTIONS } from "./map-options.ts";

/**
 * The request that these words make.
 * @throws UsageError naming the word that cannot be.
 */
export function readRequest(input: Parsed, joins: readonly Join[] = []): RunRequest {
  // First of all: where the name was forgotten it is ROOTFS, and then all else seems wrong.
  const hostname = hostnameOf(input);
  const root = input.rest[0];
  const words = input.rest.slice(1);
  if (root === undefined)
    throw new UsageError("Missing ROOTFS and COMMAND", "nsbox run ROOTFS COMMAND [ARG…]");
  if (root === "") throw new UsageError("ROOTFS is empty");
  const cwd = input.value("workdir");
  if (cwd === "") throw new UsageError('Option "--workdir" has an empty value');
  if (isTooLong(root)) throw new UsageError("ROOTFS is longer than a path may be (4095 bytes)");
  if (cwd !== undefined && isTooLong(cwd)) {
    throw new UsageError('Option "--workdir" is longer than a path may be (4095 bytes)');
  }
  if (words.length === 0) {
    if (input.value("init") !== "full")
      throw new UsageError(`Missing COMMAND behind ROOTFS "${root}"`, `nsbox run ${root} /bin/sh`);
    // Then PID 1 waits for runit; a plan has words for a command all the same.
    words.push("runsvdir");
  }
  return {
    root,
    command: words,
    named: namedKinds(input),
    share: input.has("share") ? readShare(input) : [],
    joins,
    maps: MAP_OPTIONS.some((long) => input.has(long)),
    hostname,
    boottime: seconds(input, "boottime"),
    monotonic: seconds(input, "monotonic"),
    loopback: !input.has("no-lo"),
    env: input.values("env"),
    inheritEnv: input.has("inherit-env"),
    cwd,
    preserve: input.has("preserve-fd") ? input.values("preserve-fd").map(descriptor) : [],
  };
}

/** PATH_MAX of the kernel, with the NUL at the end. */
const PATH_MAX = 4096;

/** No character is more than 3 bytes a unit of JavaScript's. */
const isTooLong = (path: string): boolean =>
  path.length * 3 >= PATH_MAX && new TextEncoder().encode(path).length >= PATH_MAX;

/** The kinds whose options were given, in the table's order. */
export function namedKinds(input: Parsed): KindName[] {
  const named: KindName[] = [];
  for (const { name, long } of KINDS) if (input.has(long)) named.push(name);
  return named;
}

/** `-u NAME`, `--uts-ns=NAME` and `-H NAME` say the same thing; two names contradict each other. */
function hostnameOf(input: Parsed): string | undefined {
  const byKind = input.value("uts-ns");
  const byOption = input.value("hostname");
  if (byKind !== undefined && byOption !== undefined && byKind !== byOption) {
    throw new UsageError(`Two host names: "${byKind}" and "${byOption}"`);
  }
  const hostname = byOption ?? byKind;
  if (hostname !== undefined) checkHostname(hostname);
  return hostname;
}

/** The host name, for a command that has `kinds` for itself. @throws UsageError where that is not to be. */
export function readHostname(input: Parsed, kinds: readonly KindName[]): string | undefined {
  const hostname = hostnameOf(input);
  if (hostname === undefined || kinds.includes("uts")) return hostname;
  throw new UsageError('Option "--hostname" needs a UTS namespace of the command\'s own');
}

/** The kinds that stay shared. @throws UsageError naming the word that is none. */
export const readShare = (input: Parsed): KindName[] => input.values("share").flatMap(kindList);

/** `net,uts` as kinds, by the names under /proc/PID/ns or those of the long options. */
function kindList(list: string): KindName[] {
  return list.split(",").map((word) => {
    const kind = KINDS.find(({ name, long }) => word === name || `${word}-ns` === long);
    if (kind === undefined) {
      const known = KINDS.map(({ name }) => name).join(", ");
      throw new UsageError(`Unknown kind of namespace "${word}" in "--share"`, `The kinds are ${known}`);
    }
    return kind.name;
  });
}

function seconds(input: Parsed, option: string): number | undefined {
  const value = input.value(option);
  if (value === undefined) return undefined;
  if (/^-?\d{1,9}$/.test(value)) return Number(value);
  throw new UsageError(`Invalid "--${option} ${value}": it takes whole seconds`);
}

function descriptor(value: string): number {
  if (/^\d{1,7}$/.test(value) && Number(value) > 2) return Number(value);
  throw new UsageError(
    `Invalid "--preserve-fd ${value}": it takes the number of a descriptor above 2`,
    "0, 1 and 2 are always handed on",
  );
}
