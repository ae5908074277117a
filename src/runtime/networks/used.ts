/** What addresses this machine knows already: no network of ours is to hide one of them. */
import { bitsOf, formatAddress, formatSubnet, parseAddress, subnetOf } from "../../net/address.ts";
import type { Used } from "../../net/choose.ts";
import { addresses, links, routes } from "../../net/look.ts";
import type { NetlinkSocket } from "../../sys/netlink.ts";
import type { Network } from "./config.ts";
import { hostFile } from "./host-names.ts";

const UNICAST = 1;

/** Routes, addresses, nameservers and other networks; `own` is what the bridges of `networks` have. */
export function usedAddresses(socket: NetlinkSocket, networks: readonly Network[]): Used[] {
  const used: Used[] = [];
  for (const { file, v4, v6 } of networks) {
    for (const range of [v4, v6]) {
      if (range !== undefined) used.push({ subnet: range.subnet, title: `network "${file.name}"` });
    }
  }
  const names = new Map<number, string>();
  const devices = links(socket);
  for (const { index, name } of typeof devices === "number" ? [] : devices) names.set(index, name);
  const found = addresses(socket);
  for (const { index, address, prefix } of typeof found === "number" ? [] : found) {
    const title = `address ${formatAddress(address)}/${prefix} of ${names.get(index)}`;
    used.push({ subnet: subnetOf(address, prefix), title });
  }
  const all = routes(socket);
  for (const { type, destination, devices: to } of typeof all === "number" ? [] : all) {
    if (type !== UNICAST) continue;
    const by = to.map((index) => names.get(index)).join(", ");
    used.push({ subnet: destination, title: `the route to ${formatSubnet(destination)} by ${by}` });
  }
  for (const server of nameservers()) {
    used.push({
      subnet: subnetOf(server, bitsOf(server.version)),
      title: `nameserver ${formatAddress(server)}`,
    });
  }
  return used;
}

/** Of resolv.conf(5); a default route alone leads there, which a network of ours would hide. */
function nameservers() {
  const text = hostFile("/etc/resolv.conf");
  return [...text.matchAll(/^\s*nameserver\s+([^\s%]+)/gm)].flatMap(([, word]) => parseAddress(word!) ?? []);
}
