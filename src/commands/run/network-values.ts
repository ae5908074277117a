/** Values of options about networks. */
import { type Address, parseAddress, parseMac, type Version } from "../../net/address.ts";
import { UsageError } from "../../util/errors.ts";

/** What IPv4 needs at least, and what a device takes at most. */
const [LEAST, MOST] = [68, 65535];

/** @throws UsageError where it is no number of bytes that a device takes. */
export function readMtu(text: string): number {
  const mtu = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (mtu >= LEAST && mtu <= MOST) return mtu;
  throw new UsageError(`Invalid "--mtu ${text}": it takes ${LEAST} to ${MOST} bytes`);
}

/** @throws UsageError where it is no address of that version. */
export function readAddress(text: string, option: string, version: Version): Address {
  const address = parseAddress(text);
  if (address?.version === version) return address;
  throw new UsageError(`Invalid "${option} ${text}": it takes an IPv${version} address`);
}

/** @throws UsageError where it is no address of hardware that a device can have. */
export function readMac(text: string): Uint8Array {
  const mac = parseMac(text);
  if (mac !== undefined) return mac;
  throw new UsageError(
    `Invalid "--mac ${text}": it takes six bytes, such as 0a:58:0a:57:00:05, the first even`,
  );
}
