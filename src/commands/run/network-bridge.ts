/** `--network NAME`: the command is on a network of nsbox's own. */
import type { Parsed } from "../../cli/command.ts";
import { formatAddress, formatMac, macOf } from "../../net/address.ts";
import { block } from "../../plan/block.ts";
import { findNetwork, type Network } from "../../runtime/networks/config.ts";
import { addressesFor, placeOf, seeToNetwork } from "../../runtime/networks/join-network.ts";
import { checkAddress } from "../../runtime/networks/leases.ts";
import { chooseKinds, needs } from "../../sandbox/namespaces.ts";
import { type Bridged, bridgeNetwork, deviceOf, type Place } from "../../sandbox/network/bridge.ts";
import type { NetworkPart } from "../../sandbox/network/part.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { isKept } from "./is-kept.ts";
import type { RunFacts } from "./limits.ts";
import { readServices, withServices } from "./network-helper.ts";
import { hostnameFor } from "./network-hostname.ts";
import { readAddress, readMac, readMtu } from "./network-values.ts";
import { RESERVED } from "./network-words.ts";

/** What was asked for of the container's device. @throws UsageError, NsboxError where the network has no such. */
function readDevice(input: Parsed, network: Network) {
  const { file, v4, v6 } = network;
  const ip = input.has("ip") ? readAddress(input.value("ip")!, "--ip", 4) : undefined;
  const ip6 = input.has("ip6") ? readAddress(input.value("ip6")!, "--ip6", 6) : undefined;
  if (ip !== undefined) checkAddress(network, ip, "--ip");
  if (ip6 !== undefined) checkAddress(network, ip6, "--ip6");
  const mtu = input.has("mtu") ? readMtu(input.value("mtu")!) : file.mtu;
  if (mtu > file.mtu) {
    throw new UsageError(`"--mtu ${mtu}" is more than network "${file.name}" takes, ${file.mtu}`);
  }
  if (mtu < 1280 && v6 !== undefined) throw new UsageError(`Invalid "--mtu ${mtu}": IPv6 needs 1280`);
  const mac = input.has("mac") ? readMac(input.value("mac")!) : undefined;
  if (mac !== undefined && formatMac(mac) === formatMac(macOf(v4.gateway))) {
    throw new UsageError(`Invalid "--mac ${input.value("mac")}": it is the bridge's own`);
  }
  return { ip, ip6, mtu, mac };
}

/** The operations; addresses are taken, unless the plan is only to be looked at. */
export async function readBridge(
  input: Parsed,
  { request, caller, id }: RunFacts,
  name: string,
): Promise<NetworkPart> {
  const kinds = chooseKinds(request, caller);
  if (!kinds.includes("net")) throw needs(request, "--network", "net");
  if (caller.uid !== 0) {
    throw new NsboxError(`An ordinary user cannot be on network "${name}"`, {
      cause: "it is a device of the machine, and only root connects to it",
      hint: "`--network pasta` gives a way out, and `--share net` the host's network",
      code: "not-permitted",
    });
  }
  if (!request.loopback) {
    throw new UsageError('Options "--network" and "--no-lo" contradict each other', "Leave one of them out");
  }
  if (RESERVED.includes(name)) {
    throw new NsboxError(`There is no network "${name}"`, {
      cause: "there is none but those that were made, each a bridge",
      hint: "`nsbox net create NAME` makes one, and --network NAME puts the command on it",
      code: "not-found",
    });
  }
  const network = findNetwork(name);
  const { file, v4, v6 } = network;
  const { ip, ip6, mtu, mac } = readDevice(input, network);
  const services = await readServices(input);
  const shown = input.has("explain") || input.has("explain-json");
  const label = input.value("name");
  const hostname = hostnameFor(input, request, id);
  const names = [...new Set([hostname, label, id].filter((word) => word !== undefined))];
  const notes = shown ? [] : await seeToNetwork(network);
  if (notes.length > 0 && !input.has("quiet")) {
    const { note } = await import("../../cli/log.ts");
    for (const text of notes) await note(text);
  }
  const lease = await addressesFor(network, { owner: id, names, ip, ip6 }, shown);
  const places: Place[] = [{ address: lease.v4, ...v4 }];
  if (lease.v6 !== undefined && v6 !== undefined) places.push({ address: lease.v6, ...v6 });
  const bridged: Bridged = {
    network: name,
    bridge: file.bridge,
    lease: { path: lease.path, owner: `owner ${id}`, content: lease.content },
    keep: isKept(input) && !(input.has("rm") && (input.value("restart") ?? "no") === "no"),
    places,
    device: deviceOf(id, file.id),
    inside: "eth0",
    mtu,
    mac,
    // A namespace that is kept keeps the device; and the next life of a container may be there before the kernel
    // has let go of the last one's.
    outlives: input.has("ns-dir") || isKept(input),
  };
  const part = await withServices(bridgeNetwork(bridged), services, {
    network: name,
    hostname: hostname ?? id,
    ipv4: formatAddress(lease.v4),
    ipv6: lease.v6 === undefined ? "" : formatAddress(lease.v6),
    gateway: formatAddress(v4.gateway),
    networks: placeOf(network),
    owner: id,
    internal: file.internal,
    mounts: kinds.includes("mnt"),
  });
  if (request.hostname !== undefined || hostname === undefined || !kinds.includes("uts")) return part;
  return { ...part, inside: [block({ op: "hostname", name: hostname }), ...part.inside] };
}
