/** Ports of the host that lead into the container. */
import { block } from "../../plan/block.ts";
import type { Block } from "../../plan/plan.ts";

/** What is carried. */
export const PROTOCOLS = ["tcp", "udp"] as const;

/** One port of one address of the host. */
export interface PublishedPort {
  readonly protocol: (typeof PROTOCOLS)[number];
  /** IPv4 or IPv6, without brackets; all of a family are `0.0.0.0` and `::`. */
  readonly address: string;
  /** The host's. */
  readonly port: number;
  /** The container's. */
  readonly target: number;
  /** Nobody named the address: a host that does not have it does without. */
  readonly optional: boolean;
}

/** As many as the helper keeps (csrc/net.h). */
export const MOST_PORTS = 512;

/** The operations that listen, the monitor's, before the command is there. */
export const publishBlocks = (ports: readonly PublishedPort[]): Block[] =>
  ports.map((port) => block({ op: "publish", ...port, optional: Number(port.optional) }));

/** `127.0.0.1:8080`, `[::1]:8080`. */
export const endpoint = (address: string, port: number): string =>
  `${address.includes(":") ? `[${address}]` : address}:${port}`;

/**
 * As `nsbox ps` shows them: `localhost:8080->80/tcp` for both loopback addresses, where nobody named one, else
 * `0.0.0.0:53->53/udp`.
 */
export const portWords = (ports: readonly PublishedPort[]): string[] =>
  ports.flatMap(({ protocol, address, port, target, optional }, at) => {
    if (optional) return [];
    const own = ports[at + 1]?.optional ? `localhost:${port}` : endpoint(address, port);
    return [`${own}->${target}/${protocol}`];
  });
