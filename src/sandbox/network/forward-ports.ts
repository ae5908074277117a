/** Ports of this machine's own addresses that lead to a container, by the rules of `inet nsbox`. */
import { formatAddress } from "../../net/address.ts";
import { encode } from "../../net/attributes.ts";
import { NETFILTER } from "../../net/nft/numbers.ts";
import { type PublishedPort, publishBatch, unpublishBatch } from "../../net/nft/table.ts";
import { block } from "../../plan/block.ts";
import type { Block } from "../../plan/plan.ts";

const wordsOf = ({ protocol, address, port, to, toPort }: PublishedPort): string =>
  `${address === undefined ? "every address" : formatAddress(address)} ${port}/${protocol} to ${formatAddress(to)} ${toPort}`;

/**
 * The operations, `outside`, that publish `ports` of other addresses than loopback's, all or none: a port that is
 * another container's ends the run with EEXIST. What takes them back is noted only then: it would take the other's.
 */
export function forwardPorts(ports: readonly PublishedPort[]): Block[] {
  if (ports.length === 0) return [];
  const text = `Lead ports of this machine to the container: ${ports.map(wordsOf).join(", ")}`;
  const common = { op: "netlink_outside", protocol: NETFILTER, patches: "" } as const;
  const messages = encode(publishBatch(ports)).bytes.toBase64();
  const undo = encode(unpublishBatch(ports)).bytes.toBase64();
  return [
    block({ ...common, text, messages, undo: "" }),
    block({ ...common, text: "Note that they are to be taken back", messages: "", undo }),
  ];
}
