/** The command's network, as it was typed. */
import type { Parsed } from "../../cli/command.ts";
import type { NetworkPart } from "../../sandbox/network/part.ts";
import type { RunFacts } from "./limits.ts";
import { isUserMode, readUserMode } from "./network-user-mode.ts";

/** The operations for `input`. */
export async function readNetwork(input: Parsed, run: RunFacts): Promise<NetworkPart | undefined> {
  const mode = input.value("network") ?? "";
  if (!isUserMode(mode)) return undefined;
  const publish = input.values("publish").map((word) => {
    const [, address = "", host = "", port = "", udp] = /^(.*):(\d+):(\d+)(\/udp)?$/.exec(word) ?? [];
    const protocol = udp ? ("udp" as const) : ("tcp" as const);
    return { address, hostPort: Number(host), port: Number(port), protocol };
  });
  const { outside, nameServers } = await readUserMode(mode, { publish, mtu: undefined }, run);
  const content = nameServers.map((one) => `nameserver ${one}\n`).join("");
  const items = [
    { kind: "file", typed: "--network", target: "/etc/resolv.conf", mode: 0o644, content } as const,
  ];
  return { before: [], outside, inside: [], items };
}
