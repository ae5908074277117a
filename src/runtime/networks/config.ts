/** What a network is: `STATE/networks/NAME/config.json`, written once when it is made. */
import { type Address, parseAddress, parseSubnet, type Subnet } from "../../net/address.ts";
import { stateDirectories } from "../../sandbox/state.ts";
import { isOwnDirectory, linkAt } from "../../sys/files.ts";
import { readSmall } from "../../sys/small-files.ts";
import { NsboxError } from "../../util/errors.ts";

/** The content of `config.json`. */
export interface NetworkFile {
  readonly version: 1;
  readonly name: string;
  /** 12 hexadecimal digits. */
  readonly id: string;
  /** The bridge's device. */
  readonly bridge: string;
  readonly subnet4: string;
  readonly gateway4: string;
  /** Absent where the kernel has no IPv6. */
  readonly subnet6?: string;
  readonly gateway6?: string;
  readonly mtu: number;
  /** Nothing leaves it but to the host. */
  readonly internal: boolean;
  /** When it was made, ISO 8601. */
  readonly created: string;
  /** The network namespace that the bridge is in, as /proc/self/ns/net names it. */
  readonly namespace: string;
}

/** One version of the Internet Protocol on a network. */
export interface Range {
  readonly subnet: Subnet;
  /** The bridge's own address. */
  readonly gateway: Address;
}

/** A network. */
export interface Network {
  readonly file: NetworkFile;
  /** Its directory, absolute. */
  readonly directory: string;
  readonly v4: Range;
  readonly v6: Range | undefined;
}

/** Letters, digits and a few marks, as many as a label of a domain has; no word of `--network` that means something else. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
const LARGEST = 65536;
const ENOENT = 2;

/** `word` may be the name of a network. */
export const isNetworkName = (word: string): boolean => NAME.test(word);

/** The network namespace of this process. */
export const ownNetwork = (): string => linkAt("/proc/self/ns/net") ?? "";

function rangeOf(subnet: unknown, gateway: unknown): Range | undefined {
  const range = typeof subnet === "string" ? parseSubnet(subnet) : undefined;
  const address = typeof gateway === "string" ? parseAddress(gateway) : undefined;
  return range === undefined || address === undefined ? undefined : { subnet: range, gateway: address };
}

/** The network that stands in `directory`; undefined where none does. @throws NsboxError where it is garbled. */
export function readNetworkIn(directory: string): Network | undefined {
  const text = readSmall(`${directory}/config.json`, LARGEST);
  if (text === -ENOENT) return undefined;
  const network = typeof text === "number" ? undefined : parseNetwork(text, directory);
  if (network !== undefined) return network;
  throw new NsboxError(`Cannot read "${directory}/config.json"`, {
    cause: "it is no description of a network",
    hint: `\`rm -r ${directory}\`, and \`nsbox net prune\` removes what is left of it`,
    code: "state-refused",
  });
}

function parseNetwork(text: string, directory: string): Network | undefined {
  let file: NetworkFile;
  try {
    file = JSON.parse(text) as NetworkFile;
  } catch {
    return undefined;
  }
  const v4 = rangeOf(file?.subnet4, file?.gateway4);
  const sound =
    v4 !== undefined &&
    /^nsb[0-9a-f]{8}$/.test(file.bridge) &&
    /^[0-9a-f]{12}$/.test(file.id) &&
    Number.isInteger(file.mtu);
  return sound ? { file, directory, v4, v6: rangeOf(file.subnet6, file.gateway6) } : undefined;
}

/** Where this user's networks may be: in the first that is there. */
export function networkPlaces(): string[] {
  const { state, otherwise } = stateDirectories({ uid: process.geteuid!(), env: process.env });
  return state === otherwise ? [`${state}/networks`] : [`${state}/networks`, `${otherwise}/networks`];
}

/**
 * The network called `name`.
 * @throws NsboxError where there is none, or it is in another network namespace.
 */
export function findNetwork(name: string): Network {
  if (isNetworkName(name)) {
    for (const place of networkPlaces()) {
      const network = isOwnDirectory(place) ? readNetworkIn(`${place}/${name}`) : undefined;
      if (network !== undefined) return here(network);
    }
  }
  throw new NsboxError(`There is no network "${name}"`, {
    hint: isNetworkName(name)
      ? `\`nsbox net ls\` lists those that there are, and \`nsbox net create ${name}\` makes it`
      : "`nsbox net ls` lists them",
    code: "not-found",
  });
}

function here(network: Network): Network {
  const { name, namespace } = network.file;
  if (namespace === ownNetwork()) return network;
  throw new NsboxError(`Network "${name}" is in another network namespace`, {
    cause: `it was made in ${namespace}, and this is ${ownNetwork()}`,
    code: "elsewhere",
  });
}
