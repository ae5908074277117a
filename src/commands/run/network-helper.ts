/** What the network helper is to do for a container on a network, as it was typed. */
import type { Parsed } from "../../cli/command.ts";
import type { NamedContainer } from "../../sandbox/network/names.ts";
import type { NetworkPart } from "../../sandbox/network/part.ts";
import { portWords } from "../../sandbox/network/publish.ts";
import { serve } from "../../sandbox/network/serve.ts";
import { readNames } from "./names.ts";
import { readPorts } from "./ports.ts";

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

/** Options that only a network of nsbox's own can carry out. */
export const HELPER_OPTIONS = ["publish", "dns", "dns-search", "dns-option", "add-host"];

/**
 * The helper's operations, and the files of /etc.
 * @throws UsageError naming the word that cannot be.
 */
export async function readHelper(input: Parsed, on: OnNetwork): Promise<NetworkPart> {
  const typed = readPorts(input);
  const ports = typed.some(({ port }) => port === 0)
    ? await (await import("../../runtime/networks/free-port.ts")).choosePorts(typed)
    : typed;
  const names = readNames(input);
  const { hostSearch } = await import("../../runtime/networks/host-names.ts");
  const closed = on.internal && !names.off && names.servers.length === 0;
  const part = serve({
    ports,
    names: closed ? { ...names, servers: ["none"] } : names,
    container: { ...on, hostSearch: names.search === undefined && !on.internal ? hostSearch() : [] },
    networks: on.networks,
    owner: on.owner,
    mounts: on.mounts,
  });
  const chosen = portWords(ports.filter((_, at) => typed[at]!.port === 0));
  if (chosen.length === 0) return part;
  return { ...part, notes: [...part.notes!, `Published: ${chosen.join(", ")}`] };
}
