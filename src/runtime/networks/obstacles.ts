/** Firewalls of others that stand in a network's way: looked at, and never changed. */
import { existsSync } from "node:fs";
import { nth, type Version } from "../../net/address.ts";
import { savedChains } from "../../net/firewall/iptables.ts";
import { tableChains } from "../../net/firewall/nft.ts";
import { type Device, type FirewallChain, fateIn, type Packet } from "../../net/firewall/walk.ts";
import { linkNamed } from "../../net/look.ts";
import { type Chain, chains, elementsIn, rules } from "../../net/nft/look.ts";
import { HOOKS, type HookName, NETFILTER } from "../../net/nft/numbers.ts";
import { TABLE } from "../../net/nft/table.ts";
import { ROUTE } from "../../net/rtnetlink.ts";
import { readSmall } from "../../sys/small-files.ts";
import type { Network } from "./config.ts";
import { withSocket } from "./socket.ts";
import { uplinksOf } from "./uplinks.ts";

/** One thing in the way. */
export interface Obstacle {
  /** What drops: `policy of the nftables chain "ip filter FORWARD"`. */
  readonly what: string;
  /** Which packets it drops. */
  readonly drops: string;
  /** A line that lets them through. */
  readonly hint: string;
}

/** A packet that has to get through, and where. */
interface Need {
  readonly hook: HookName;
  readonly title: string;
  readonly packet: Packet;
}

/** Ports of something that is usual. */
const [HIGH, WEB] = [40_000, 443];
const [SEND, ANSWER] = [
  { from: HIGH, to: WEB },
  { from: WEB, to: HIGH },
];

/** What containers of the network do first: they go out and get answers, and the host talks to them. */
function needsOf(
  { file, v4, v6 }: Network,
  bridge: Device,
  uplinks: Readonly<Record<Version, Device | undefined>>,
): Need[] {
  const needs: Need[] = [];
  for (const [version, range] of [
    [4, v4],
    [6, v6],
  ] as const) {
    if (range === undefined) continue;
    const address = nth(range.subnet, 2);
    const wan = uplinks[version];
    const none = {
      version,
      source: undefined,
      destination: undefined,
      from: undefined,
      to: undefined,
    } as const;
    const own = { ...none, source: address, from: bridge } as const;
    const theirs = { ...none, destination: address, to: bridge } as const;
    const need = (hook: HookName, title: string, packet: Packet) =>
      needs.push({ hook, title: `${title}, IPv${version}`, packet });
    if (!file.internal && wan !== undefined) {
      need("forward", "what containers send out", { ...own, to: wan, carries: SEND, state: "new" });
      need("forward", "the answers", { ...theirs, from: wan, carries: ANSWER, state: "established" });
    }
    need("output", "what this machine sends to containers", { ...theirs, carries: SEND, state: "new" });
    need("input", "their answers to this machine", { ...own, carries: ANSWER, state: "established" });
    if (version === 6) {
      need("input", "their questions for hardware addresses", {
        ...own,
        carries: "neighbour",
        state: "untracked",
      });
    }
  }
  return needs;
}

/** What is in the way of `network`, that of each chain once. */
export function obstaclesOf(network: Network): Obstacle[] {
  const [bridge, links] = withSocket(ROUTE, (socket) => [
    linkNamed(socket, network.file.bridge),
    uplinksOf(socket),
  ]);
  if (bridge === undefined) return [];
  const needs = needsOf(network, bridge, { 4: links[4][0], 6: links[6][0] });
  return [...inNftables(needs), ...inIptables(needs)];
}

const INET: readonly (readonly [family: string, version: Version | undefined])[] = [
  ["inet", undefined],
  ["ip", 4],
  ["ip6", 6],
];

function inNftables(needs: readonly Need[]): Obstacle[] {
  return withSocket(NETFILTER, (socket) => {
    const all = chains(socket);
    const every = rules(socket);
    if (typeof all === "number" || typeof every === "number") return [];
    const found: Obstacle[] = [];
    for (const chain of all) {
      const isOurs = chain.family === TABLE.family && chain.table === TABLE.name;
      const family = INET.find(([name]) => name === chain.family);
      if (isOurs || family === undefined || chain.hook === undefined) continue;
      const read = (set: string) => {
        const elements = elementsIn(socket, { family: chain.family, name: chain.table }, set);
        return typeof elements === "number" ? undefined : elements;
      };
      const table = tableChains(chain, all, every, read);
      for (const { hook, title, packet } of needs) {
        if (HOOKS[hook] !== chain.hook || (family[1] ?? packet.version) !== packet.version) continue;
        const obstacle = obstacleIn(table, chain.name, title, packet, {
          title: `the nftables chain "${chain.family} ${chain.table} ${chain.name}"`,
          hint: nftHint(chain, hook, packet),
        });
        if (obstacle !== undefined) found.push(obstacle);
      }
    }
    return found;
  });
}

function obstacleIn(
  table: ReadonlyMap<string, FirewallChain>,
  name: string,
  drops: string,
  packet: Packet,
  { title, hint }: { title: string; hint: string },
): Obstacle | undefined {
  const fate = fateIn(table, name, packet);
  if (fate.is !== "dropped") return undefined;
  return {
    what: fate.rule === undefined ? `the policy of ${title}` : `${fate.rule} of ${title}`,
    drops,
    hint,
  };
}

/** Chains that iptables keeps in nftables have names in capitals. */
const IPTABLES_CHAIN = /^(FORWARD|INPUT|OUTPUT)$/;

/** The device by which it comes or goes that is ours, and what else it is known by. */
function ways(hook: HookName, { from, to, state, carries }: Packet) {
  const comes = hook === "input" || (hook === "forward" && state === "new");
  return {
    comes,
    device: (comes ? from : to)?.name,
    answers: state === "established",
    asks: carries === "neighbour",
  };
}

function nftHint({ family, table, name }: Chain, hook: HookName, packet: Packet): string {
  if (IPTABLES_CHAIN.test(name) && table === "filter") return iptablesHint(hook, packet);
  const { comes, device, answers, asks } = ways(hook, packet);
  const what = asks ? " meta l4proto ipv6-icmp" : answers ? " ct state established,related" : "";
  return `nft insert rule ${family} ${table} ${name} ${comes ? "iifname" : "oifname"} ${device}${what} accept`;
}

function iptablesHint(hook: HookName, packet: Packet): string {
  const { comes, device, answers, asks } = ways(hook, packet);
  const what = asks ? " -p ipv6-icmp" : answers ? " -m conntrack --ctstate RELATED,ESTABLISHED" : "";
  const tool = packet.version === 4 ? "iptables" : "ip6tables";
  return `${tool} -I ${hook.toUpperCase()} ${comes ? "-i" : "-o"} ${device}${what} -j ACCEPT`;
}

/** Tables of the kernel's older filter, which nftables does not show: their names are in /proc. */
function inIptables(needs: readonly Need[]): Obstacle[] {
  const found: Obstacle[] = [];
  for (const [version, list, tools] of [
    [4, "/proc/net/ip_tables_names", ["iptables-legacy-save", "iptables-save"]],
    [6, "/proc/net/ip6_tables_names", ["ip6tables-legacy-save", "ip6tables-save"]],
  ] as const) {
    const names = existsSync(list) ? readSmall(list) : "";
    if (typeof names !== "string" || !names.split("\n").includes("filter")) continue;
    const tool = tools.map((name) => Bun.which(name)).find((path) => path !== null);
    if (tool == null) continue;
    const { stdout } = Bun.spawnSync([tool, "-t", "filter"], { stderr: "ignore" });
    const table = savedChains(stdout.toString());
    for (const { hook, title, packet } of needs) {
      if (packet.version !== version) continue;
      const name = hook.toUpperCase();
      const where = { title: `the iptables chain ${name}`, hint: iptablesHint(hook, packet) };
      const obstacle = obstacleIn(table, name, title, packet, where);
      if (obstacle !== undefined) found.push(obstacle);
    }
  }
  return found;
}

/** As sentences for people. */
export const obstacleNotes = (network: Network, obstacles: readonly Obstacle[]): string[] =>
  obstacles.map(
    ({ what, drops, hint }) =>
      `Network "${network.file.name}": ${what} drops ${drops}; \`${hint}\` lets it through`,
  );
