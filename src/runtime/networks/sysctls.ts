/**
 * Forwarding, switched on where networks need it and put back when the last of them goes. What stood there is
 * written to `STATE/networks/.sysctls` first, a line `PATH VALUE` each, so that whoever comes after a killed
 * nsbox can put it back. The caller holds the lock of STATE/networks.
 */
import { readdirSync } from "node:fs";
import { errnoText } from "../../sys/errno.ts";
import { readSmall, removeSmall, replaceWhole, writeSmall } from "../../sys/small-files.ts";
import { NsboxError } from "../../util/errors.ts";

const V4 = "/proc/sys/net/ipv4/conf";
const V6 = "/proc/sys/net/ipv6/conf";
const ALL4 = `${V4}/all/forwarding`;
const ALL6 = `${V6}/all/forwarding`;
const LIST = ".sysctls";
const ENOENT = 2;

const settingOf = (path: string): string | undefined => {
  const text = readSmall(path, 64);
  return typeof text === "string" ? text.trim() : undefined;
};

/** What is noted: path to the value that stood there, in the order in which it was changed. */
function notedSysctls(place: string): Map<string, string> {
  const text = readSmall(`${place}/${LIST}`);
  const lines = typeof text === "string" ? text.split("\n").slice(0, -1) : [];
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), line.slice(line.lastIndexOf(" ") + 1)]),
  );
}

/** Replaced in one step, so that no line is ever half there. */
function note(place: string, noted: ReadonlyMap<string, string>): void {
  const text = [...noted].map(([path, value]) => `${path} ${value}\n`).join("");
  const path = `${place}/${LIST}`;
  const error = noted.size === 0 ? removeSmall(path) : replaceWhole(path, text);
  if (error < 0 && error !== -ENOENT) throw failed("note what stood in /proc/sys", path, error);
}

const failed = (what: string, path: string, error: number): NsboxError =>
  new NsboxError(`Cannot ${what}`, { cause: `"${path}": ${errnoText(-error)}`, code: "failed" });

/** What was found, and what was done. */
export interface Forwarding {
  /** Devices that pass packets on since nsbox said so. */
  readonly 4: readonly string[];
  readonly 6: readonly string[];
}

/** `path` says `value`; what stood there is noted. False where the kernel has no such file. */
function set(place: string, noted: Map<string, string>, path: string, value: string): boolean {
  const now = settingOf(path);
  if (now === undefined) return false;
  if (now === value) return true;
  if (!noted.has(path)) {
    noted.set(path, now);
    note(place, noted);
  }
  const error = writeSmall(path, value);
  if (error < 0) throw failed("switch forwarding on", path, error);
  return true;
}

/** The bridge's own settings, which go with it. */
export function setBridge(bridge: string, forwards: boolean): void {
  const values: readonly (readonly [string, string])[] = [
    [`${V4}/${bridge}/forwarding`, forwards ? "1" : "0"],
    [`${V6}/${bridge}/force_forwarding`, forwards ? "1" : "0"],
    // Its addresses are nobody else's, and are to be there at once; nobody tells it of other routers.
    [`${V6}/${bridge}/accept_dad`, "0"],
    [`${V6}/${bridge}/accept_ra`, "0"],
  ];
  for (const [path, value] of values) {
    if (settingOf(path) !== undefined && settingOf(path) !== value) writeSmall(path, value);
  }
}

/**
 * Packets are passed on that come in by these devices, the uplinks; and no others. IPv6 has a switch for each
 * device since Linux 6.17; before, there is one for all, and a device that learns its routes from a router
 * has to be told that it goes on doing so.
 */
export function switchOn(
  place: string,
  bridges: readonly string[],
  uplinks: { 4: readonly string[]; 6: readonly string[] },
): Forwarding {
  const noted = notedSysctls(place);
  // Never changed: where it is 1 later, somebody else has switched on all.
  if (!noted.has(ALL4)) noted.set(ALL4, settingOf(ALL4) ?? "1");
  for (const device of uplinks[4]) set(place, noted, `${V4}/${device}/forwarding`, "1");
  if (uplinks[6].length > 0 && settingOf(ALL6) === "0") {
    const each = uplinks[6].map((device) => set(place, noted, `${V6}/${device}/force_forwarding`, "1"));
    if (each.includes(false)) switchAll(place, noted, uplinks[6]);
  }
  return switched(noted, bridges);
}

function switchAll(place: string, noted: Map<string, string>, uplinks: readonly string[]): void {
  for (const device of uplinks) {
    if (settingOf(`${V6}/${device}/accept_ra`) === "1") set(place, noted, `${V6}/${device}/accept_ra`, "2");
  }
  // To be put back afterwards: switching all off switches each off.
  for (const device of readdirSync(V6)) {
    const path = `${V6}/${device}/forwarding`;
    if (device !== "all" && settingOf(path) === "1" && !noted.has(path)) noted.set(path, "1");
  }
  noted.delete(ALL6);
  noted.set(ALL6, "0");
  note(place, noted);
  set(place, noted, ALL6, "1");
}

/** Somebody else has switched on IPv4 for all devices since, and relies on it. */
const isTakenOver = (noted: ReadonlyMap<string, string>): boolean =>
  noted.get(ALL4) === "0" && settingOf(ALL4) === "1";

/** The devices on which the notes say that nothing was passed on. */
function switched(noted: ReadonlyMap<string, string>, bridges: readonly string[]): Forwarding {
  const found: { 4: string[]; 6: string[] } = { 4: [], 6: [] };
  for (const [path, value] of noted) {
    const [, version = "", device = "", name = ""] =
      /^\/proc\/sys\/net\/ipv([46])\/conf\/(.*)\/([^/]+)$/.exec(path) ?? [];
    if (value !== "0" || !/forwarding$/.test(name) || path === ALL4) continue;
    if (version === "4" && isTakenOver(noted)) continue;
    if (device !== "all") found[version === "4" ? 4 : 6].push(device);
    else {
      for (const each of readdirSync(V6)) {
        const isOther = each === "all" || each === "default" || bridges.includes(each);
        if (!isOther && noted.get(`${V6}/${each}/forwarding`) !== "1") found[6].push(each);
      }
    }
  }
  return found;
}

/** Puts all back, what was changed last first; what somebody else has changed since stays. */
export function putBack(place: string): void {
  const noted = notedSysctls(place);
  const mine = (path: string) =>
    path !== ALL4 && path !== ALL6 && !(path.startsWith(V4) && isTakenOver(noted));
  // One for all has changed each: it goes first.
  if (noted.has(ALL6) && settingOf(ALL6) === "1") writeSmall(ALL6, noted.get(ALL6)!);
  for (const [path, old] of [...noted].reverse()) {
    const now = settingOf(path);
    if (mine(path) && now !== undefined && now !== old) writeSmall(path, old);
  }
  note(place, new Map());
}
