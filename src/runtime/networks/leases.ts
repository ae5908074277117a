/**
 * Addresses that are given out. `leases/10.88.0.5` in a network's directory is that address, and whoever makes
 * the file has it: openat(2) with O_EXCL either makes it or says that it is another's, so no lock is held and no
 * daemon asked. Its lines: `owner ID`, `name HOSTNAME[ ALIAS…]`, `ipv6 ADDRESS`, `maker PID START NAMESPACE`.
 */
import {
  type Address,
  contains,
  formatAddress,
  formatSubnet,
  nth,
  parseAddress,
  sizeOf,
} from "../../net/address.ts";
import { createSmall, readSmall, removeSmall, replaceSmall } from "../../sys/small-files.ts";
import { NsboxError } from "../../util/errors.ts";
import type { Network } from "./config.ts";

const EEXIST = 17;
/** No more containers are on one network: a bridge has 1023 ports. */
const MOST = 4094;

/** Who wants an address. */
export interface Tenant {
  /** The run's id. */
  readonly owner: string;
  /** Names by which others find it, the host name first. */
  readonly names: readonly string[];
  readonly ip: Address | undefined;
  readonly ip6: Address | undefined;
}

/** Addresses that were given out. */
export interface Lease {
  readonly path: string;
  readonly owner: string;
  readonly names: readonly string[];
  readonly v4: Address;
  readonly v6: Address | undefined;
  /** The process that took it, until the monitor has the list of what is to be taken back. */
  readonly maker: { readonly pid: number; readonly start: number; readonly namespace: string } | undefined;
}

/** Which of a network's addresses, counted from its beginning, can be given out: not the ends, not the bridge's. */
function numbersOf({ v4 }: Network): { first: number; count: number } {
  const size = Number(sizeOf(v4.subnet));
  return size <= 2 ? { first: 0, count: size } : { first: 1, count: Math.min(size - 2, MOST) };
}

/** The IPv6 address that goes with an IPv4 address: the same number in the other subnet. */
export const companion = ({ v4, v6 }: Network, address: Address): Address | undefined =>
  v6 === undefined ? undefined : nth(v6.subnet, address.value - v4.subnet.value);

/** The content of a lease. */
const contentOf = (tenant: Tenant, v6: Address | undefined, maker: string): string =>
  `owner ${tenant.owner}\nname ${tenant.names.join(" ")}\n${v6 === undefined ? "" : `ipv6 ${formatAddress(v6)}\n`}${maker}`;

/** The line by which others see whether this process lives; see proc_pid_stat(5), field 22. */
function makerLine(namespace: string): string {
  const text = readSmall("/proc/self/stat");
  const start = typeof text === "string" ? text.slice(text.lastIndexOf(")") + 2).split(" ")[19] : undefined;
  return `maker ${process.pid} ${start ?? 0} ${namespace}\n`;
}

/** What is chosen where nothing is to be taken, for `--explain`, and what was taken. */
export interface Taken extends Lease {
  readonly content: string;
}

const taken = (network: Network, tenant: Tenant, v4: Address, maker: string): Taken => {
  const v6 = tenant.ip6 ?? companion(network, v4);
  return {
    path: `${network.directory}/leases/${formatAddress(v4)}`,
    owner: tenant.owner,
    names: tenant.names,
    v4,
    v6,
    maker: undefined,
    content: contentOf(tenant, v6, maker),
  };
};

/**
 * Takes addresses for `tenant`, or with `only` "look" says which it would be; none of IPv6 that is in `others`.
 * undefined: all are taken.
 * @throws NsboxError where those that were asked for cannot be had.
 */
export function takeLease(
  network: Network,
  tenant: Tenant,
  namespace: string,
  only: "take" | "look",
  others: ReadonlySet<bigint>,
): Taken | undefined {
  const maker = makerLine(namespace);
  const take = (address: Address): Taken | undefined => {
    const lease = taken(network, tenant, address, maker);
    if (lease.v6 !== undefined && others.has(lease.v6.value)) return undefined;
    const there = only === "look" ? readSmall(lease.path, 1) : createSmall(lease.path, lease.content);
    if (only === "look" ? typeof there === "number" : there === 0) {
      if (only === "take") own.add(lease.path);
      return lease;
    }
    if (only === "take" && there !== -EEXIST) throw refused(network, -(there as number));
    return undefined;
  };
  if (tenant.ip !== undefined) return take(tenant.ip);
  const { first, count } = numbersOf(network);
  const cursor = `${network.directory}/next`;
  const text = readSmall(cursor, 16);
  const begin = typeof text === "string" && /^\d{1,9}$/.test(text) ? Number(text) : first;
  for (let at = 0; at < count; at++) {
    const number = first + ((begin - first + at) % count);
    const address = nth(network.v4.subnet, number);
    if (address.value === network.v4.gateway.value) continue;
    const lease = take(address);
    if (lease === undefined) continue;
    // Where the next one looks first: an address that was just given back may still be known to others.
    if (only === "take") replaceSmall(cursor, `${first + ((number + 1 - first) % count)}`);
    return lease;
  }
  return undefined;
}

function refused({ file }: Network, errno: number): NsboxError {
  return new NsboxError(`Cannot take an address of network "${file.name}"`, {
    cause: `openat: errno ${errno}`,
    code: "failed",
  });
}

/** The lease that `text` is, at `path`; undefined where it is none. */
export function parseLease(path: string, text: string): Lease | undefined {
  const v4 = parseAddress(path.slice(path.lastIndexOf("/") + 1));
  if (v4 === undefined || v4.version !== 4) return undefined;
  const fields = new Map(text.split("\n").map((line) => [line.split(" ", 1)[0]!, line.split(" ").slice(1)]));
  const owner = fields.get("owner")?.[0];
  if (owner === undefined) return undefined;
  const v6 = fields.get("ipv6")?.[0];
  const maker = fields.get("maker");
  return {
    path,
    owner,
    names: fields.get("name") ?? [],
    v4,
    v6: v6 === undefined ? undefined : parseAddress(v6),
    maker:
      maker === undefined
        ? undefined
        : { pid: Number(maker[0]), start: Number(maker[1]), namespace: maker[2] ?? "" },
  };
}

/** The paths of what this process has taken. */
const own = new Set<string>();

/** Gives back what this process has taken: nothing was made of it. */
export function dropTaken(): void {
  for (const path of own) dropLease({ path });
}

/** Gives a lease back: from then on it may be another's. */
export function dropLease({ path }: Pick<Lease, "path">): number {
  own.delete(path);
  return removeSmall(path);
}

/** @throws NsboxError where `address` is none that a container on the network may have. */
export function checkAddress(network: Network, address: Address, option: string): void {
  const range = address.version === 4 ? network.v4 : network.v6;
  const words = formatAddress(address);
  const { name } = network.file;
  const not = (cause: string) =>
    new NsboxError(`Cannot use "${option} ${words}" on network "${name}"`, { cause, code: "usage" });
  if (range === undefined) throw not("the network has no IPv6");
  if (!contains(range.subnet, address))
    throw not(`it is not in the network's subnet, ${formatSubnet(range.subnet)}`);
  if (address.value === range.gateway.value) throw not("it is the bridge's own");
  const last = sizeOf(range.subnet) - 1n;
  const number = address.value - range.subnet.value;
  const isEnd = number === 0n || (address.version === 4 && number === last);
  if (isEnd && last > 1n) throw not("it is the subnet's first or last address");
}
