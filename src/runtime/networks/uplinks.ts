/** The devices by which packets leave this machine for the outside. */
import type { Address } from "../../net/address.ts";
import { deviceTo, type Link, links, routes } from "../../net/look.ts";
import type { NetlinkSocket } from "../../sys/netlink.ts";

/** Any address of the outside, 1.0.0.1 and 2000::1: the way to it is the uplink's. Nothing is sent there. */
const OUTSIDE: Readonly<Record<4 | 6, Address>> = {
  4: { version: 4, value: 0x01000001n },
  6: { version: 6, value: (0x2000n << 112n) | 1n },
};
const MAIN_TABLE = 254;
const UNICAST = 1;

/** What tells whether the uplinks are those that they were. */
export const uplinkNumbers = (socket: NetlinkSocket): string =>
  `${deviceTo(socket, OUTSIDE[4])} ${deviceTo(socket, OUTSIDE[6])}`;

/** The devices of default routes, and of whatever else leads outside, of each version of the protocol. */
export function uplinksOf(socket: NetlinkSocket): {
  readonly 4: readonly Link[];
  readonly 6: readonly Link[];
} {
  const devices = links(socket);
  const others = (typeof devices === "number" ? [] : devices).filter(
    ({ name, kind }) => name !== "lo" && !(kind === "bridge" && name.startsWith("nsb")),
  );
  const found = { 4: new Set<number | undefined>(), 6: new Set<number | undefined>() };
  const all = routes(socket);
  for (const { table, type, destination, devices: to } of typeof all === "number" ? [] : all) {
    if (table !== MAIN_TABLE || type !== UNICAST || destination.prefix !== 0) continue;
    for (const index of to) found[destination.version].add(index);
  }
  for (const version of [4, 6] as const) found[version].add(deviceTo(socket, OUTSIDE[version]));
  const named = (set: ReadonlySet<number | undefined>) => others.filter(({ index }) => set.has(index));
  return { 4: named(found[4]), 6: named(found[6]) };
}
