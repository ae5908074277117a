/**
 * Networks without root: a program outside moves the bytes between the command's network namespace and sockets
 * of the caller's own. See pasta(1), slirp4netns(1). Pure.
 */
import { parseAddress, parseSubnet } from "../../net/address.ts";
import { encode } from "../../net/attributes.ts";
import { newAddress, newDefaultRoute, ROUTE } from "../../net/rtnetlink.ts";
import { block } from "../../plan/block.ts";
import type { Op } from "../../plan/plan.ts";
import type { NetworkPart } from "./part.ts";
import { type PublishedPort, publishBlocks } from "./publish.ts";

/** The programs, by their names. */
export type UserMode = "pasta" | "slirp4netns";

/** What is asked for. */
export interface UserModeRequest {
  readonly mode: UserMode;
  /** The program's path. */
  readonly program: string;
  /** The caller is root: then pasta would become nobody, who may not enter the namespace. */
  readonly root: boolean;
  readonly ports: readonly PublishedPort[];
  /** Families in which the host has a name server. */
  readonly nameServers: { readonly ipv4: boolean; readonly ipv6: boolean };
  /** In bytes; undefined: as large as the program can. */
  readonly mtu: number | undefined;
}

/** The device's name inside. */
const DEVICE = "eth0";

/** The largest that slirp4netns takes. */
const SLIRP_MTU = 65520;

/** Parts the words of a program, as `run_beside` takes them. */
const SEPARATOR = "\x1f";

/**
 * Queries to these go to the host's first name server, also where that listens on loopback alone. Those of
 * slirp4netns are its own; for pasta they are two that nobody else has.
 */
const NAME_SERVERS = {
  pasta: { ipv4: "169.254.1.1", ipv6: "fd00:6e73:6278::53" },
  slirp4netns: { ipv4: "10.0.2.3", ipv6: "fd00::3" },
} as const satisfies Readonly<Record<UserMode, object>>;

/** The addresses at which the command finds name servers. */
export function nameServersOf({ mode, nameServers }: UserModeRequest): string[] {
  const { ipv4, ipv6 } = NAME_SERVERS[mode];
  return [...(nameServers.ipv4 || !nameServers.ipv6 ? [ipv4] : []), ...(nameServers.ipv6 ? [ipv6] : [])];
}

/** Starts the program while the command waits, and what listens at the ports. */
export function planUserMode(request: UserModeRequest): NetworkPart {
  const own = request.mode === "pasta" ? pastaPorts(request.ports) : [];
  const others = request.ports.filter((port) => !own.includes(port));
  const start = request.mode === "pasta" ? pasta(request, own) : slirp(request);
  return {
    before: publishBlocks(others),
    outside: [start, ...(others.length > 0 ? [HELPER] : [])].map(block),
    inside: request.mode === "pasta" ? [] : [block(SLIRP_IPV6)],
    items: [],
  };
}

/** It connects to loopback, in there: what the command listens on has no address of its own outside. */
const HELPER: Op = {
  op: "network_helper",
  ipv4: "127.0.0.1",
  ipv6: "::1",
  enter: 1,
  resolver: 0,
  networks: "",
  owner: "",
  servers: "",
};

function beside(program: string, words: readonly string[], how: { network: boolean; tells: boolean }): Op {
  const name = program.slice(program.lastIndexOf("/") + 1);
  return {
    op: "run_beside",
    text: [name, ...words].join(" ").replace("{pid}", "PID"),
    tool: program,
    words: words.join(SEPARATOR),
    network: Number(how.network),
    tells: Number(how.tells),
  };
}

/**
 * Those that pasta is to listen at itself, since it shows the command who connects: of TCP, at addresses that
 * others reach. It has room for one listener a port.
 */
function pastaPorts(ports: readonly PublishedPort[]): PublishedPort[] {
  const own: PublishedPort[] = [];
  for (const port of ports) {
    const isLoopback = port.address === "::1" || port.address.startsWith("127.");
    const isTaken = own.some((other) => other.port === port.port);
    if (port.protocol === "tcp" && !isLoopback && !isTaken) own.push(port);
  }
  return own;
}

/**
 * Goes into the background when it is ready. As root it has given up the right to look at another process by
 * then, so the namespace is its standard input.
 */
function pasta({ program, root, mtu, nameServers }: UserModeRequest, ports: readonly PublishedPort[]): Op {
  const { ipv4, ipv6 } = NAME_SERVERS.pasta;
  const words = [
    ...["--config-net", "--quiet", "--ns-ifname", DEVICE, "--no-map-gw"],
    ...(mtu === undefined ? [] : ["--mtu", String(mtu)]),
    ...(nameServers.ipv4 || !nameServers.ipv6 ? ["--dns-forward", ipv4] : []),
    ...(nameServers.ipv6 ? ["--dns-forward", ipv6] : []),
    ...ports.flatMap(({ address, port, target }) => ["-t", `${address}/${port}:${target}`]),
    ...(ports.length === 0 ? ["-t", "none"] : []),
    ...["-u", "none", "-T", "none", "-U", "none"],
    ...(root ? ["--runas", "0", "--no-netns-quit", "--netns", "/proc/self/fd/0"] : ["{pid}"]),
  ];
  return beside(program, words, { network: root, tells: false });
}

function slirp({ program, mtu }: UserModeRequest): Op {
  const words = [
    ...["--configure", "--enable-ipv6", `--mtu=${mtu ?? SLIRP_MTU}`],
    ...["--disable-host-loopback", "--enable-sandbox", "--enable-seccomp", "--ready-fd=3"],
    ...["{pid}", DEVICE],
  ];
  return beside(program, words, { network: false, tells: true });
}

/** The first commands would have none: its router tells of its network only after a while. */
const SLIRP_IPV6: Op = (() => {
  const [address, gateway] = [parseAddress("fd00::64")!, parseAddress("fe80::2")!];
  const device = { name: DEVICE };
  const messages = [newAddress(device, address, parseSubnet("fd00::/64")!), newDefaultRoute(device, gateway)];
  const { bytes, patches } = encode(messages);
  return {
    op: "netlink_inside",
    text: `Give ${DEVICE} the address fd00::64/64, and the way out by fe80::2`,
    protocol: ROUTE,
    messages: bytes.toBase64(),
    patches,
  };
})();
