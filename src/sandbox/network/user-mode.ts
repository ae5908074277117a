/**
 * Networks without root: a program outside moves the bytes between the command's network namespace and sockets
 * of the caller's own. See pasta(1), slirp4netns(1). Pure.
 */
import { block } from "../../plan/block.ts";
import type { Block, Op } from "../../plan/plan.ts";
import { UsageError } from "../../util/errors.ts";

/** What the programs are called, and so the modes of `--network`. */
export const USER_MODES = ["pasta", "slirp4netns"] as const;

/** One of them. */
export type UserMode = (typeof USER_MODES)[number];

/** A port of the host that leads to one of the command's. Addresses without brackets. */
export interface Published {
  readonly address: string;
  readonly hostPort: number;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

/** What is asked for. */
export interface UserModeRequest {
  readonly mode: UserMode;
  /** The program's path. */
  readonly program: string;
  /** The caller is root: then pasta would become nobody, who may not enter the namespace. */
  readonly root: boolean;
  readonly publish: readonly Published[];
  /** Families in which the host has a name server. */
  readonly nameServers: { readonly ipv4: boolean; readonly ipv6: boolean };
  /** In bytes; undefined: as large as the program can. */
  readonly mtu: number | undefined;
  /** A path that is free, for the socket of slirp4netns. */
  readonly socket: string;
}

/** The operations, and the addresses of name servers that the command reaches. */
export interface UserModePart {
  readonly outside: readonly Block[];
  readonly nameServers: readonly string[];
}

/** The device's name inside. */
const DEVICE = "eth0";

/** Queries to these go to the host's first name server, also where that listens on loopback alone. */
const PASTA_DNS = { ipv4: "169.254.1.1", ipv6: "fd00:6e73:6278::53" } as const;
/** These are its own. */
const SLIRP_DNS = { ipv4: "10.0.2.3", ipv6: "fd00::3" } as const;

/** The largest that it takes. */
const SLIRP_MTU = 65520;

/** Words of a program, as `run_beside` takes them. */
const SEPARATOR = "\x1f";

/** Starts the program while the command waits. */
export function planUserMode(request: UserModeRequest): UserModePart {
  const { mode, nameServers } = request;
  const addresses = mode === "pasta" ? PASTA_DNS : SLIRP_DNS;
  return {
    outside: (mode === "pasta" ? pasta(request) : slirp(request)).map(block),
    nameServers: [
      ...(nameServers.ipv4 || !nameServers.ipv6 ? [addresses.ipv4] : []),
      ...(nameServers.ipv6 ? [addresses.ipv6] : []),
    ],
  };
}

function beside(
  program: string,
  words: readonly string[],
  how: { network: boolean; tells: boolean; socket: string },
): Op {
  const name = program.slice(program.lastIndexOf("/") + 1);
  return {
    op: "run_beside",
    text: [name, ...words].join(" ").replace("{pid}", "PID"),
    tool: program,
    words: words.join(SEPARATOR),
    network: Number(how.network),
    tells: Number(how.tells),
    socket: how.socket,
  };
}

/**
 * Goes into the background when it is ready. As root it has given up the right to look at another process by
 * then, so the namespace is its standard input.
 */
function pasta({ program, root, publish, mtu, nameServers }: UserModeRequest): Op[] {
  const ports = (protocol: Published["protocol"], option: string) => {
    const words = pastaPorts(publish.filter((one) => one.protocol === protocol));
    return words.length === 0 ? [option, "none"] : words.flatMap((word) => [option, word]);
  };
  const words = [
    ...["--config-net", "--quiet", "--ns-ifname", DEVICE, "--no-map-gw"],
    ...(mtu === undefined ? [] : ["--mtu", String(mtu)]),
    ...(nameServers.ipv4 || !nameServers.ipv6 ? ["--dns-forward", PASTA_DNS.ipv4] : []),
    ...(nameServers.ipv6 ? ["--dns-forward", PASTA_DNS.ipv6] : []),
    ...ports("tcp", "-t"),
    ...ports("udp", "-u"),
    ...["-T", "none", "-U", "none"],
    ...(root ? ["--runas", "0", "--no-netns-quit", "--netns", "/proc/self/fd/0"] : ["{pid}"]),
  ];
  return [beside(program, words, { network: root, tells: false, socket: "" })];
}

/** What pasta(1) takes behind -t and -u. */
const pastaPorts = (publish: readonly Published[]): string[] =>
  publish.map(({ address, hostPort, port }) => `${address}/${hostPort}:${port}`);

/** What a mode listens for itself, and what is left to be led to that. */
export interface Shared {
  readonly own: readonly Published[];
  /** Listened on by somebody else, who connects to the same port of 127.0.0.1. */
  readonly relayed: readonly Published[];
}

/**
 * Shares out the ports: pasta has room for one listener a port, slirp4netns for IPv4 alone.
 * @throws UsageError where that leaves something out.
 */
export function shareOut(mode: UserMode, publish: readonly Published[]): Shared {
  const isNear = ({ address }: Published) => ["127.0.0.1", "0.0.0.0"].includes(address);
  const same = (a: Published, b: Published) => a.hostPort === b.hostPort && a.protocol === b.protocol;
  const own: Published[] = [];
  const relayed: Published[] = [];
  for (const one of publish.toSorted((a, b) => Number(isNear(b)) - Number(isNear(a)))) {
    const first = own.find((other) => same(one, other));
    const alone = first === undefined && (mode === "pasta" || !one.address.includes(":"));
    if (alone || (mode === "slirp4netns" && !one.address.includes(":"))) own.push(one);
    else if (first !== undefined && isNear(first) && first.port === one.port) relayed.push(one);
    else throw cannotShare(mode, one);
  }
  return { own, relayed };
}

const cannotShare = (mode: UserMode, { address, hostPort, protocol }: Published): UsageError =>
  mode === "pasta"
    ? new UsageError(
        `pasta publishes ${protocol} port ${hostPort} on one address and to one port, and "${address}" is one more`,
        "Publish it on 0.0.0.0, or on one address alone",
      )
    : new UsageError(
        `slirp4netns publishes no port on an IPv6 address such as "${address}"`,
        "Publish it on 127.0.0.1 too, or by --network pasta",
      );

function slirp({ program, publish, mtu, socket }: UserModeRequest): Op[] {
  const words = [
    ...["--configure", "--enable-ipv6", `--mtu=${mtu ?? SLIRP_MTU}`],
    ...["--disable-host-loopback", "--enable-sandbox", "--enable-seccomp", "--ready-fd=3"],
    ...(publish.length === 0 ? [] : [`--api-socket=${socket}`]),
    ...["{pid}", DEVICE],
  ];
  const start = beside(program, words, {
    network: false,
    tells: true,
    socket: publish.length === 0 ? "" : socket,
  });
  if (publish.length === 0) return [start];
  const requests = publish.map(({ address, hostPort, port, protocol }) =>
    JSON.stringify({
      execute: "add_hostfwd",
      arguments: { proto: protocol, host_addr: address, host_port: hostPort, guest_port: port },
    }),
  );
  const text = publish.map((one) => `${one.address}:${one.hostPort}:${one.port}/${one.protocol}`).join(" ");
  return [start, { op: "ask_slirp", text, socket, requests: requests.join("\n") }];
}
