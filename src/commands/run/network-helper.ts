/** What the network helper is to do for a container on a network, as it was typed. */
import type { Parsed } from "../../cli/command.ts";
import { hostSearch } from "../../runtime/networks/host-names.ts";
import type { NamedContainer, NamesRequest } from "../../sandbox/network/names.ts";
import type { NetworkPart } from "../../sandbox/network/part.ts";
import { type PublishedPort, portWords } from "../../sandbox/network/publish.ts";
import { serve } from "../../sandbox/network/serve.ts";
import { readNames } from "./names.ts";
import { readPorts } from "./ports.ts";

/** What was typed about ports and names. */
export interface TypedServices {
  readonly ports: readonly PublishedPort[];
  /** Of these the host's were chosen. */
  readonly chosen: readonly PublishedPort[];
  readonly names: NamesRequest;
}

/** @throws UsageError naming the word that cannot be. */
export async function readServices(input: Parsed): Promise<TypedServices> {
  const names = readNames(input);
  const ports = input.has("publish") ? readPorts(input) : [];
  if (!ports.some(({ port }) => port === 0)) return { ports, chosen: [], names };
  const { choosePorts } = await import("../../runtime/networks/free-port.ts");
  const found = await choosePorts(ports);
  return { ports: found, chosen: found.filter((_, at) => ports[at]!.port === 0), names };
}

/** Where the container is. */
export interface OnNetwork extends Omit<NamedContainer, "hostSearch"> {
  /** `STATE/networks`. */
  readonly networks: string;
  /** Who it is in its leases. */
  readonly owner: string;
  /** The network leads nowhere: names outside are not asked for. */
  readonly internal: boolean;
  /** It has mounts of its own. */
  readonly mounts: boolean;
}

/** `part`, with the helper's operations and the files of /etc. */
export async function withServices(
  part: NetworkPart,
  { ports, chosen, names }: TypedServices,
  on: OnNetwork,
): Promise<NetworkPart> {
  const { internal, ...container } = on;
  const closed = internal && !names.off && names.servers.length === 0;
  const searches = names.search === undefined && !names.off && !internal;
  const own = serve({
    ports,
    names: closed ? { ...names, servers: ["none"] } : names,
    container: { ...container, hostSearch: searches ? hostSearch() : [] },
    networks: on.networks,
    owner: on.owner,
    mounts: on.mounts,
  });
  const notes = [...(own.notes ?? [])];
  if (chosen.length > 0) notes.push(`Published: ${portWords(chosen).join(", ")}`);
  return {
    ...own,
    before: [...part.before, ...own.before],
    outside: [...part.outside, ...own.outside],
    inside: part.inside,
    items: [...part.items, ...own.items],
    notes,
  };
}
