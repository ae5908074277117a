/** Names inside: the files of /etc that a container on a network gets. See resolv.conf(5), hosts(5). */
import type { Plan } from "../../plan/plan.ts";
import type { FileItem } from "../mounts/request.ts";

/** Where the helper answers inside. */
const RESOLVER = "127.0.0.11";

/** The domain that the resolver answers for by itself: NAME.NETWORK.nsbox. */
const DOMAIN = "nsbox";

/** What was asked for. */
export interface NamesRequest {
  /** Servers to hand questions on to; none: the host's. */
  readonly servers: readonly string[];
  /** `--dns none`: no resolver, and ROOTFS's own resolv.conf. */
  readonly off: boolean;
  /** Domains; undefined: the host's. */
  readonly search: readonly string[] | undefined;
  readonly options: readonly string[];
  /** Lines of /etc/hosts beyond its own. An address `host-gateway` is the host's on the network. */
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
}

/** Whose names they are. */
export interface NamedContainer {
  readonly hostname: string;
  /** Its own addresses; "" for none. */
  readonly ipv4: string;
  readonly ipv6: string;
  /** The host's on the network; "" for none. */
  readonly gateway: string;
  /** The name of the network. */
  readonly network: string;
  /** What the host searches, where the request says nothing. */
  readonly hostSearch: readonly string[];
}

/** The word for the host's own address, as podman and docker have it. */
export const HOST_GATEWAY = "host-gateway";

const file = (target: string, content: string): FileItem => ({
  kind: "file",
  typed: target,
  target,
  mode: 0o644,
  content,
  optional: true,
});

/**
 * Names of the network come first: a bare "zion" is then asked for as "zion.web.nsbox", of which no server
 * outside hears, and which no wildcard of the host's domains can answer.
 */
function resolvConf(request: NamesRequest, container: NamedContainer): string {
  const search = [`${container.network}.${DOMAIN}`, ...(request.search ?? container.hostSearch)];
  const lines = [`nameserver ${RESOLVER}`];
  if (!request.search?.includes(".")) lines.push(`search ${search.join(" ")}`);
  if (request.options.length > 0) lines.push(`options ${request.options.join(" ")}`);
  return `${lines.join("\n")}\n`;
}

/** Later lines of a name count for less: what was asked for stands before its own. */
function hosts(request: NamesRequest, { hostname, ipv4, ipv6, gateway }: NamedContainer): string {
  const rows = [
    ["127.0.0.1", "localhost"],
    ["::1", "localhost ip6-localhost ip6-loopback"],
    ...request.hosts.map(({ name, address }) => [address === HOST_GATEWAY ? gateway : address, name]),
    [ipv4, hostname],
    [ipv6, hostname],
  ];
  return rows
    .filter(([address]) => address !== "")
    .map((row) => `${row.join("\t")}\n`)
    .join("");
}

/** The files of /etc, to be mounted before what the user mounts, which so wins. */
export function nameFiles(request: NamesRequest, container: NamedContainer): FileItem[] {
  const items = [
    file("/etc/hosts", hosts(request, container)),
    file("/etc/hostname", `${container.hostname}\n`),
  ];
  if (!request.off) items.unshift(file("/etc/resolv.conf", resolvConf(request, container)));
  return items;
}

/** The lines of the host's resolv.conf that stay, and what was asked for in the place of others. */
function changedResolvConf(request: NamesRequest, text: string): string {
  const kept = text.split("\n").filter((line) => {
    const [word = ""] = line.trim().split(/\s+/);
    if (word === "nameserver") return request.servers.length === 0;
    return (word !== "search" && word !== "domain") || request.search === undefined;
  });
  const lines = request.servers.map((server) => `nameserver ${server}`);
  const search = request.search?.filter((domain) => domain !== ".") ?? [];
  if (search.length > 0) lines.push(`search ${search.join(" ")}`);
  if (request.options.length > 0) lines.push(`options ${request.options.join(" ")}`);
  return `${[...lines, ...kept].join("\n").trimEnd()}\n`;
}

/**
 * The files of a command with the host's network: the host's resolv.conf as it is now, changed where that was
 * asked for; and the host's hosts, where lines were to be added.
 */
export function hostNameFiles(request: NamesRequest, resolv: string, hostsFile: string): FileItem[] {
  const items: FileItem[] = [];
  if (!request.off) items.push(file("/etc/resolv.conf", changedResolvConf(request, resolv)));
  if (request.hosts.length > 0) {
    const lines = request.hosts.map(
      ({ name, address }) => `${address === HOST_GATEWAY ? "127.0.0.1" : address}\t${name}\n`,
    );
    items.push(file("/etc/hosts", lines.join("") + hostsFile));
  }
  return items;
}

const SHARED = ["/etc/resolv.conf", "/etc/hosts"];

/** The same files as the container of `plan` has: it is on the same network. */
export const filesIn = (plan: Plan | undefined): FileItem[] =>
  (plan?.ops ?? []).flatMap((op) =>
    op.op === "file" && op.bound > 0 && op.from < 0 && SHARED.includes(op.path)
      ? [file(op.path, op.content)]
      : [],
  );
