/** Subnets that collide with nothing: the first free one of private addresses, see RFC 1918 and RFC 4193. */
import { overlap, parseSubnet, type Subnet, subnetOf } from "./address.ts";

/** What is in use already, and what to call it. */
export interface Used {
  readonly subnet: Subnet;
  readonly title: string;
}

/** A shorter one is the way to everywhere, in parts: VPNs split it in two. */
const SHORTEST = 8;
const LENGTH4 = 24;
const LENGTH6 = 64;
/** Random ones of which each is in use: then all are, or nearly. */
const TRIES = 100;

/** Where subnets are taken from, one after the other. */
const POOLS = ["10.87.0.0/16", "10.64.0.0/10", "172.24.0.0/13", "192.168.128.0/17"].map(
  (text) => parseSubnet(text)!,
);

/** What collides with `subnet`; undefined where nothing does. */
export const collision = (subnet: Subnet, used: readonly Used[]): Used | undefined =>
  used.find((other) => other.subnet.prefix >= SHORTEST && overlap(other.subnet, subnet));

/** A free subnet of IPv4; undefined where none is. */
export function chooseSubnet4(used: readonly Used[]): Subnet | undefined {
  for (const pool of POOLS) {
    const end = pool.value + (1n << BigInt(32 - pool.prefix));
    for (let value = pool.value; value < end; ) {
      const subnet = { version: 4, value, prefix: LENGTH4 } as const;
      const other = collision(subnet, used);
      if (other === undefined) return subnet;
      // Behind all of what is in the way.
      const length = 1n << BigInt(32 - Math.min(other.subnet.prefix, LENGTH4));
      value = (value / length + 1n) * length;
    }
  }
  return undefined;
}

/** A subnet of IPv6 of the kind that everybody makes for themselves, from `random`: 7 bytes. */
function randomSubnet6(random: Uint8Array): Subnet {
  let value = 0xfdn;
  for (const byte of random.subarray(0, 7)) value = (value << 8n) | BigInt(byte);
  return subnetOf({ version: 6, value: value << 64n }, LENGTH6);
}

/** A free one; undefined where there is none: somebody has a route to all of them. `random` gives 7 bytes. */
export function chooseSubnet6(used: readonly Used[], random: () => Uint8Array): Subnet | undefined {
  for (let tries = 0; tries < TRIES; tries++) {
    const subnet = randomSubnet6(random());
    if (collision(subnet, used) === undefined) return subnet;
  }
  return undefined;
}
