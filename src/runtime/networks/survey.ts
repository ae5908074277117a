/** The devices of every network namespace that can be entered. */
import { formatAddress, formatMac } from "../../net/address.ts";
import { addresses, type Link, links, netnsIdOf } from "../../net/look.ts";
import { ROUTE } from "../../net/rtnetlink.ts";
import type { Device, NetworkView } from "../../net/topology.ts";
import type { Namespace, Snapshot } from "../../ns/model.ts";
import { errnoText } from "../../sys/errno.ts";
import { NetlinkSocket } from "../../sys/netlink.ts";
import { closeNamespace, identityOf, openNamespace } from "../../sys/nsfs.ts";
import { visitNetwork } from "../../sys/visit.ts";

/** One that is open. */
interface Open {
  readonly id: number;
  readonly fd: number;
  readonly socket: NetlinkSocket;
  readonly links: readonly Link[];
}

/** Of one or several. */
const GONE = "gone, or not to be opened by this user";

/** All of them: the viewer's own first, then by number. */
export function surveyNetworks({ namespaces, viewer }: Snapshot): NetworkView[] {
  const own = viewer.namespaces.net;
  const nets = namespaces
    .filter(({ kind }) => kind === "net")
    .toSorted((a, b) => Number(b.id === own) - Number(a.id === own) || a.id - b.id);
  const opened: Open[] = [];
  try {
    const views = nets.map((one) => {
      const found = open(one, own);
      if (typeof found === "string") return { id: one.id, error: found };
      opened.push(found);
      return found;
    });
    return views.map((view): NetworkView => {
      if ("error" in view) return { id: view.id, error: view.error, devices: [] };
      return { id: view.id, error: null, devices: devicesOf(view, opened) };
    });
  } finally {
    for (const { fd, socket } of opened) {
      socket.close();
      closeNamespace(fd);
    }
  }
}

/** A way to it: a process in it, a bind mount, a descriptor. */
function* ways({ processes, holders }: Namespace): Generator<string> {
  for (const pid of processes.slice(0, 3)) yield `/proc/${pid}/ns/net`;
  for (const holder of holders) {
    if (holder.by === "mount") yield holder.path;
    else if (holder.by === "thread") yield `/proc/${holder.pid}/task/${holder.tid}/ns/net`;
    else if (holder.by === "descriptor") yield `/proc/${holder.pid}/fd/${holder.fd}`;
  }
}

/** It, or why it cannot be read. To look at one's `own` takes no right. */
function open(namespace: Namespace, own: number | undefined): Open | string {
  for (const path of ways(namespace)) {
    const fd = openNamespace(path);
    if (fd < 0) continue;
    const identity = identityOf(fd);
    if (typeof identity !== "number" && identity.inode === namespace.id) {
      const there = namespace.id === own ? undefined : visitNetwork(fd);
      if (there !== undefined && there < 0) {
        closeNamespace(fd);
        return errnoText(-there);
      }
      const socket = new NetlinkSocket(ROUTE, there);
      const found = links(socket);
      if (typeof found !== "number") return { id: namespace.id, fd, socket, links: found };
      socket.close();
      closeNamespace(fd);
      return errnoText(-found);
    }
    closeNamespace(fd);
  }
  return GONE;
}

function devicesOf(view: Open, all: readonly Open[]): Device[] {
  const found = addresses(view.socket);
  const known = typeof found === "number" ? [] : found;
  return view.links.map((link) => ({
    index: link.index,
    name: link.name,
    kind: link.kind ?? null,
    up: link.up,
    mtu: link.mtu,
    mac:
      link.mac === undefined || link.mac.length !== 6 || link.mac.every((byte) => byte === 0)
        ? null
        : formatMac(link.mac),
    master: link.master ?? null,
    addresses: known
      .filter(({ index }) => index === link.index)
      .map(({ address, prefix }) => `${formatAddress(address)}/${prefix}`),
    peer: peerOf(view, link, all),
  }));
}

/** Only those that have a device of that number are asked about: each question is a call. */
function peerOf(view: Open, link: Link, all: readonly Open[]): Device["peer"] {
  const index = link.link;
  if (index === undefined || index === 0) return null;
  if (link.linkNetns === undefined) return index === link.index ? null : { netns: view.id, index };
  const cable = link.kind === "veth";
  for (const other of all) {
    const fits = other.links.some((one) => one.index === index && (!cable || one.link === link.index));
    if (fits && netnsIdOf(view.socket, other.fd) === link.linkNetns) return { netns: other.id, index };
  }
  return { netns: null, index };
}
