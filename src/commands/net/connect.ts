/** `nsbox net connect`. */
import type { Parsed } from "../../cli/command.ts";
import { linkNamed } from "../../net/look.ts";
import { ROUTE } from "../../net/rtnetlink.ts";
import { encoded } from "../../plan/block.ts";
import { hasEnded } from "../../runtime/containers/process.ts";
import { connect, connectOps } from "../../runtime/networks/connect.ts";
import { addressesFor, seeToNetwork } from "../../runtime/networks/join-network.ts";
import { checkAddress, dropLease } from "../../runtime/networks/leases.ts";
import { withSocket } from "../../runtime/networks/socket.ts";
import { leasesOf } from "../../runtime/networks/tenants.ts";
import { deviceOf } from "../../sandbox/network/bridge.ts";
import { linkAt } from "../../sys/files.ts";
import { NsboxError } from "../../util/errors.ts";
import { readAddress } from "../run/network-values.ts";
import { findBoth, mustRun } from "./find.ts";
import { needsRoot } from "./rights.ts";

/** Connects `words[1]` to the network `words[0]`. */
export async function run(input: Parsed, words: readonly string[]): Promise<number> {
  const ip = input.has("ip") ? readAddress(input.value("ip")!, "--ip", 4) : undefined;
  const ip6 = input.has("ip6") ? readAddress(input.value("ip6")!, "--ip6", 6) : undefined;
  const { network, container, running: found } = findBoth("connect", words);
  needsRoot("connect a container");
  const { name } = network.file;
  const running = mustRun(found, words[1]!);
  const before = leasesOf(network).find(({ owner }) => owner === container.id);
  const device = deviceOf(container.id, network.file.id);
  const isOn =
    (before?.maker !== undefined && !hasEnded(before.maker)) ||
    withSocket(ROUTE, (socket) => linkNamed(socket, device)) !== undefined;
  if (before !== undefined && isOn) {
    throw new NsboxError(`Cannot connect ${running.title} to network "${name}"`, {
      cause: "it is on it already",
      code: "exists",
    });
  }
  if (linkAt(`/proc/${running.pid}/ns/net`) === linkAt("/proc/self/ns/net")) {
    throw new NsboxError(`Cannot connect ${running.title} to network "${name}"`, {
      cause: "it has the host's network",
      code: "no-network",
    });
  }
  if (ip !== undefined) checkAddress(network, ip, "--ip");
  if (ip6 !== undefined) checkAddress(network, ip6, "--ip6");
  const shown = input.has("explain");
  const names = [container.name, container.id].filter((word) => word !== undefined);
  if (!shown) await seeToNetwork(network);
  // An earlier life of it was on it, or who connected it was killed.
  if (before !== undefined && !shown) dropLease(before);
  const lease = await addressesFor(network, { owner: container.id, names, ip, ip6 }, shown);
  if (!shown) {
    connect(running, network, lease);
    return 0;
  }
  const { explain } = await import("../run/explain.ts");
  const ops = connectOps(running, network, lease);
  return explain(encoded({ ops, argv: ["net"], env: [], display: "", bytes: false }), ["net"], false);
}
