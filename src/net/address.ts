/** Addresses and subnets of both families, as numbers that can be counted with. */

/** Of the Internet Protocol. */
export type Version = 4 | 6;

/** An address: 32 or 128 bits. */
export interface Address {
  readonly version: Version;
  readonly value: bigint;
}

/** A range of addresses with a common beginning of `prefix` bits; `value` has zeros behind them. */
export interface Subnet extends Address {
  readonly prefix: number;
}

/** How many bits an address has. */
export const bitsOf = (version: Version): number => (version === 4 ? 32 : 128);

const PART4 = /^(?:0|[1-9]\d{0,2})$/;
const PART6 = /^[0-9a-f]{1,4}$/i;

function parse4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!PART4.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

/** As RFC 4291 has them, section 2.2, the form with an IPv4 address at the end included. */
function parse6(text: string): bigint | undefined {
  let rest = text;
  const colon = rest.lastIndexOf(":");
  if (rest.includes(".")) {
    const tail = parse4(rest.slice(colon + 1));
    if (tail === undefined || colon < 0) return undefined;
    rest = `${rest.slice(0, colon + 1)}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  }
  const halves = rest.split("::");
  if (halves.length > 2) return undefined;
  const [front = [], back = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - front.length - back.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  let value = 0n;
  for (const part of [...front, ...Array<string>(halves.length === 2 ? missing : 0).fill("0"), ...back]) {
    if (!PART6.test(part)) return undefined;
    value = (value << 16n) | BigInt(`0x${part}`);
  }
  return value;
}

/** The address that `text` is; undefined where it is none. */
export function parseAddress(text: string): Address | undefined {
  const value = text.includes(":") ? parse6(text) : parse4(text);
  return value === undefined ? undefined : { version: text.includes(":") ? 6 : 4, value };
}

/** As people and the kernel's tools write it: RFC 5952 for IPv6. */
export function formatAddress({ version, value }: Address): string {
  const parts: number[] = [];
  const [count, width] = version === 4 ? [4, 8n] : [8, 16n];
  for (let at = count - 1; at >= 0; at--)
    parts.push(Number((value >> (BigInt(at) * width)) & ((1n << width) - 1n)));
  if (version === 4) return parts.join(".");
  let [best, length] = [-1, 1];
  for (let at = 0; at < 8; at++) {
    let run = 0;
    while (parts[at + run] === 0) run++;
    if (run > length) [best, length] = [at, run];
  }
  const words = parts.map((part) => part.toString(16));
  if (best < 0) return words.join(":");
  return `${words.slice(0, best).join(":")}::${words.slice(best + length).join(":")}`;
}

const maskOf = (version: Version, prefix: number): bigint => {
  const bits = BigInt(bitsOf(version));
  return ((1n << bits) - 1n) ^ ((1n << (bits - BigInt(prefix))) - 1n);
};

/** The subnet of `prefix` bits that `address` is in. */
export const subnetOf = ({ version, value }: Address, prefix: number): Subnet => ({
  version,
  value: value & maskOf(version, prefix),
  prefix,
});

/** The subnet that `text` is, ADDRESS/BITS; undefined where it is none. Bits behind the prefix are cleared. */
export function parseSubnet(text: string): Subnet | undefined {
  const slash = text.indexOf("/");
  const address = slash < 0 ? undefined : parseAddress(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  if (address === undefined || !/^\d{1,3}$/.test(bits) || Number(bits) > bitsOf(address.version))
    return undefined;
  return subnetOf(address, Number(bits));
}

/** ADDRESS/BITS. */
export const formatSubnet = (subnet: Subnet): string => `${formatAddress(subnet)}/${subnet.prefix}`;

/** `address` lies in `subnet`. */
export const contains = (subnet: Subnet, address: Address): boolean =>
  address.version === subnet.version && subnetOf(address, subnet.prefix).value === subnet.value;

/** One of the two lies in the other. */
export const overlap = (a: Subnet, b: Subnet): boolean =>
  a.prefix < b.prefix ? contains(a, b) : contains(b, a);

/** The address `number` behind the beginning of the subnet. */
export const nth = ({ version, value }: Subnet, number: number | bigint): Address => ({
  version,
  value: value + BigInt(number),
});

/** How many addresses a subnet has. */
export const sizeOf = ({ version, prefix }: Subnet): bigint => 1n << BigInt(bitsOf(version) - prefix);

/** The last address: in IPv4 that for all. */
export const lastOf = (subnet: Subnet): Address => nth(subnet, sizeOf(subnet) - 1n);

/** The bytes of an address, in the order of networks. */
export function addressBytes({ version, value }: Address): Uint8Array {
  const bytes = new Uint8Array(bitsOf(version) / 8);
  for (let at = bytes.length - 1, rest = value; at >= 0; at--, rest >>= 8n) bytes[at] = Number(rest & 0xffn);
  return bytes;
}

/** The address in 4 or 16 bytes; undefined for any other number of them. */
export function addressFrom(bytes: Uint8Array): Address | undefined {
  if (bytes.length !== 4 && bytes.length !== 16) return undefined;
  let value = 0n;
  for (let at = 0; at < bytes.length; at++) value = (value << 8n) | BigInt(bytes[at]!);
  return { version: bytes.length === 4 ? 4 : 6, value };
}

/** The hardware address that belongs to an IPv4 address on our networks: the same whenever that is given out. */
export function macOf(address: Address): Uint8Array {
  const mac = Uint8Array.of(0x0a, 0x58, 0, 0, 0, 0);
  mac.set(addressBytes(address), 2);
  return mac;
}

/** `0a:58:…`. */
export const formatMac = (mac: Uint8Array): string => mac.toHex().replace(/..(?=.)/g, "$&:");

/** Six bytes of `aa:bb:…`; undefined where it is none that a device may have. */
export function parseMac(text: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) return undefined;
  const mac = Uint8Array.fromHex(text.replaceAll(":", ""));
  // One for a group is no device's, see IEEE 802.
  return (mac[0]! & 1) === 1 || mac.every((byte) => byte === 0) ? undefined : mac;
}
