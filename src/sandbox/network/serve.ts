/** What the network helper does for a container, as a part of its plan. */
import { block } from "../../plan/block.ts";
import { type NamedContainer, type NamesRequest, nameFiles } from "./names.ts";
import type { NetworkPart } from "./part.ts";
import { type PublishedPort, portWords, publishBlocks } from "./publish.ts";

/** A container on a network, and what it was asked to have there. */
export interface Served {
  readonly ports: readonly PublishedPort[];
  readonly names: NamesRequest;
  readonly container: NamedContainer;
  /** The directory of all networks' state: `STATE/networks`. */
  readonly networks: string;
  /** Who it is in its leases. */
  readonly owner: string;
  /** It has a mount namespace, in which files can be mounted. */
  readonly mounts: boolean;
}

const NO_FILES =
  "Without a mount namespace /etc/resolv.conf and /etc/hosts are those of ROOTFS: names of containers are answered at 127.0.0.11";

/** The operations, and the files of /etc. */
export function serve({ ports, names, container, networks, owner, mounts }: Served): NetworkPart {
  const helper = block({
    op: "network_helper",
    ipv4: container.ipv4,
    ipv6: container.ipv6,
    enter: 0,
    resolver: Number(!names.off),
    networks,
    owner,
    servers: names.servers.join(" "),
  });
  return {
    before: ports.length === 0 ? [] : publishBlocks(ports),
    outside: ports.length > 0 || !names.off ? [helper] : [],
    inside: [],
    items: mounts ? nameFiles(names, container) : [],
    ports: ports.length === 0 ? [] : portWords(ports),
    notes: mounts ? [] : [NO_FILES],
  };
}
