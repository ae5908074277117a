/**
 * The picture of networks: each network namespace with its devices, bridges with their ports, and behind a port
 * the namespace that its cable leads to. What that tree does not show are lines across.
 */
import { type Device, type NetworkView, pairsOf } from "../../net/topology.ts";
import {
  containerOf,
  containerWords,
  type Facts,
  labelOf,
  marksOf,
  namespaceLines,
  titleOf,
} from "../graph/facts.ts";
import type { Across, Card, Graph } from "../graph/graph.ts";

/** What nsbox itself knows of them. */
export interface NetworkWords {
  /** Its own network that a bridge belongs to. */
  networkOf(netns: number, bridge: string): string | undefined;
  /** Ports of the host that lead into a container, by its id. */
  portsOf(container: string): readonly string[];
}

const LO = "lo";

const keyOf = (netns: number, index: number): string => `d:${netns}/${index}`;

/** The graph of `views`. Each namespace and each device stands in it once, but for lo, which is a line. */
export function networkGraph(facts: Facts, views: readonly NetworkView[], words: NetworkWords): Graph {
  const cards: (Card & { readonly below: number[] })[] = [];
  const placed = new Set<number>();
  const byId = new Map(views.map((view) => [view.id, view]));

  const add = (card: Omit<Card, "above" | "below" | "groups">, above: number): number => {
    const index = cards.push({ ...card, groups: [], above, below: [] }) - 1;
    if (above >= 0) cards[above]!.below.push(index);
    return index;
  };
  const addNetwork = (view: NetworkView, above: number): void => {
    placed.add(view.id);
    const index = add(networkCard(facts, view, words), above);
    for (const device of view.devices) {
      const isPort = device.master !== null && view.devices.some((other) => other.index === device.master);
      if (device.name !== LO && !isPort) addDevice(view, device, index, new Set());
    }
  };
  /** `over`: the bridges above it; a table that says otherwise would have no end. */
  const addDevice = (view: NetworkView, device: Device, above: number, over: ReadonlySet<number>): void => {
    const network = device.kind === "bridge" ? words.networkOf(view.id, device.name) : undefined;
    const index = add(deviceCard(view, device, network), above);
    const seen = new Set([...over, device.index]);
    for (const port of view.devices) {
      if (port.master === device.index && !seen.has(port.index)) addDevice(view, port, index, seen);
    }
    const far =
      device.kind === "veth" && device.peer?.netns != null ? byId.get(device.peer.netns) : undefined;
    if (far !== undefined && !placed.has(far.id)) addNetwork(far, index);
    for (const other of views) {
      if (!placed.has(other.id) && isOver(other, view.id, device.index)) addNetwork(other, index);
    }
  };

  for (const view of views) if (!placed.has(view.id)) addNetwork(view, -1);
  const keys = new Set(cards.map(({ key }) => key));
  const edges = pairsOf(views)
    .map(
      ({ from, to }): Across => ({
        type: "cable",
        from: keyOf(from.netns, from.index),
        to: keyOf(to.netns, to.index),
      }),
    )
    .filter(({ from, to }) => keys.has(from) && keys.has(to));
  return { by: "network", cards, edges };
}

/** It has a device of its own over another's: a macvlan. */
const isOver = ({ devices }: NetworkView, netns: number, index: number): boolean =>
  devices.some(({ kind, peer }) => kind !== "veth" && peer?.netns === netns && peer.index === index);

function networkCard(
  facts: Facts,
  view: NetworkView,
  words: NetworkWords,
): Omit<Card, "above" | "below" | "groups"> {
  const title = titleOf({ kind: "net", id: view.id });
  const namespace = facts.namespaces.get(view.id);
  const lo = view.devices.find(({ name }) => name === LO);
  const container = namespace === undefined ? undefined : containerOf(facts, namespace);
  const ports = container?.id == null ? [] : words.portsOf(container.id);
  const named = namespace?.holders.find(
    (holder) => holder.by === "mount" && holder.path.startsWith("/run/netns/"),
  );
  const label = namespace === undefined ? "" : labelOf(facts, namespace);
  const lines = [
    ...(container === undefined ? (label === "" ? [] : [label]) : [containerWords(container)]),
    ...(named?.by === "mount" && named.path !== label
      ? [`named ${named.path.slice("/run/netns/".length)}`]
      : []),
    ...(view.error === null ? [] : [`not read: ${view.error}`]),
    ...(lo === undefined ? [] : [`${LO} ${stateOf(lo)}`]),
    ...ports.map((port) => `published ${port}`),
  ];
  return {
    key: `ns:${view.id}`,
    type: "namespace",
    kind: "net",
    title,
    lines,
    marks: namespace === undefined ? [] : marksOf(namespace),
    alive: namespace === undefined || namespace.processes.length > 0,
    tip: namespace === undefined ? [title, ...lines] : [...namespaceLines(facts, namespace), ...lines],
  };
}

const stateOf = ({ up, addresses }: Device): string => [up ? "up" : "down", ...addresses].join(" ");

function deviceCard(
  view: NetworkView,
  device: Device,
  network: string | undefined,
): Omit<Card, "above" | "below" | "groups"> {
  const { index, name, kind, up, mtu, mac, addresses, peer } = device;
  const title = kind === null ? name : `${name} (${kind})`;
  const lines = [
    `${up ? "up" : "down"}, mtu ${mtu}${mac === null ? "" : `, ${mac}`}`,
    ...(network === undefined ? [] : [`network ${network}`]),
    ...addresses,
    ...(peer !== null && peer.netns === null ? ["the other end is out of sight"] : []),
  ];
  return {
    key: keyOf(view.id, index),
    type: "device",
    kind: null,
    title,
    lines,
    marks: [],
    alive: up,
    tip: [`${title} is device ${index} of net:[${view.id}]`, ...lines],
  };
}
