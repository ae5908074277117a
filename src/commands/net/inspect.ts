/** `nsbox net inspect`. */
import type { Parsed } from "../../cli/command.ts";
import { print } from "../../cli/print.ts";
import { formatAddress } from "../../net/address.ts";
import { linkNamed } from "../../net/look.ts";
import { ROUTE } from "../../net/rtnetlink.ts";
import { namesById } from "../../runtime/containers/names.ts";
import { openPlace } from "../../runtime/containers/place.ts";
import { findNetwork, type Network } from "../../runtime/networks/config.ts";
import { obstaclesOf } from "../../runtime/networks/obstacles.ts";
import { withSocket } from "../../runtime/networks/socket.ts";
import { isHeld, leasesOf } from "../../runtime/networks/tenants.ts";
import { deviceOf } from "../../sandbox/network/bridge.ts";
import { safeJson, sanitize } from "../../util/sanitize.ts";
import { checkCount } from "../containers/find.ts";
import { LISTS_NETWORKS } from "./find.ts";

/** Prints all that is known of each network. */
export function run(input: Parsed, words: readonly string[]): number {
  checkCount(words, "NAME…", 1, Number.POSITIVE_INFINITY, LISTS_NETWORKS);
  const found = words.map((word) => describe(findNetwork(word)));
  if (input.has("json")) print(safeJson(found));
  else print(found.map(text).join("\n\n"));
  return 0;
}

function describe(network: Network) {
  const { file } = network;
  const { namespace: _namespace, version: _version, ...rest } = file;
  const place = openPlace();
  const names = place === undefined ? new Map<string, string>() : namesById(place);
  return {
    ...rest,
    subnet6: file.subnet6 ?? null,
    gateway6: file.gateway6 ?? null,
    obstacles: obstaclesOf(network),
    up: withSocket(ROUTE, (socket) => linkNamed(socket, file.bridge)?.up ?? false),
    containers: leasesOf(network)
      .filter((lease) => isHeld(network, lease))
      .map(({ owner, names: known, v4, v6 }) => ({
        id: owner,
        name: names.get(owner) ?? null,
        hostname: known[0] ?? null,
        address4: formatAddress(v4),
        address6: v6 === undefined ? null : formatAddress(v6),
        device: deviceOf(owner, file.id),
      })),
  };
}

function text(found: ReturnType<typeof describe>): string {
  const {
    name,
    bridge,
    subnet4,
    gateway4,
    subnet6,
    gateway6,
    mtu,
    internal,
    created,
    up,
    containers,
    obstacles,
  } = found;
  const rows: (readonly [string, string])[] = [
    ["network", name],
    ["bridge", `${bridge}${up ? "" : " (missing: the next container puts it right)"}`],
    ["subnet", `${subnet4}, the bridge is ${gateway4}`],
    ...(subnet6 === null ? [] : [["subnet6", `${subnet6}, the bridge is ${gateway6}`] as const]),
    ["mtu", `${mtu}`],
    ["way out", internal ? "none: internal" : "by this machine's address"],
    ["made", created],
    ...containers.map(
      ({ id, name: label, hostname, address4, address6 }) =>
        [
          "container",
          `${label ?? hostname ?? id} ${address4}${address6 === null ? "" : ` ${address6}`}`,
        ] as const,
    ),
  ];
  for (const { what, drops, hint } of obstacles) rows.push(["in the way", `${what} drops ${drops}: ${hint}`]);
  const width = Math.max(...rows.map(([key]) => key.length));
  return rows.map(([key, value]) => `${key.padEnd(width)}  ${sanitize(value)}`).join("\n");
}
