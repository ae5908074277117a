/** What iptables-save(8) prints, as `./walk.ts` walks it. Matches that are not known here may match or not. */
import { contains, parseAddress, parseSubnet } from "../address.ts";
import type { Deed, FirewallChain, FirewallRule, Known, Packet } from "./walk.ts";

/** Options with one value that say nothing about what matches. */
const SILENT = ["-m", "--comment", "--reject-with", "--log-prefix", "--log-level", "--ctproto"];

/** `eth+` is every device whose name begins so. */
const isDevice = (pattern: string, name: string | undefined): Known =>
  name === undefined
    ? undefined
    : pattern.endsWith("+")
      ? name.startsWith(pattern.slice(0, -1))
      : name === pattern;

function isIn(text: string, packet: Packet, which: "source" | "destination"): Known {
  const subnet = parseSubnet(text.includes("/") ? text : `${text}/${packet.version === 4 ? 32 : 128}`);
  const address = packet[which];
  if (subnet === undefined || address === undefined || parseAddress(text.split("/")[0]!) === undefined)
    return undefined;
  return contains(subnet, address);
}

const STATES: Readonly<Record<Packet["state"], string>> = {
  new: "NEW",
  established: "ESTABLISHED",
  untracked: "UNTRACKED",
};

/** Names of protocols, as iptables-save has them. */
const isProtocol = (name: string, { carries }: Packet): boolean =>
  carries === "neighbour" ? ["ipv6-icmp", "icmpv6", "58"].includes(name) : ["tcp", "6"].includes(name);

/** `22`, or `1024:65535`. */
function isPort(text: string, port: number): Known {
  const [, first, last] = /^(\d+)(?::(\d+))?$/.exec(text) ?? [];
  if (first === undefined) return undefined;
  return port >= Number(first) && port <= Number(last ?? first);
}

function test(option: string, value: string, packet: Packet): Known {
  switch (option) {
    case "-i":
      return isDevice(value, packet.from?.name);
    case "-o":
      return isDevice(value, packet.to?.name);
    case "-s":
      return isIn(value, packet, "source");
    case "-d":
      return isIn(value, packet, "destination");
    case "-p":
      return value === "all" || isProtocol(value, packet);
    case "--sport":
    case "--dport":
      if (packet.carries === "neighbour") return false;
      return isPort(value, option === "--sport" ? packet.carries.from : packet.carries.to);
    case "--ctstate":
    case "--state":
      return value.split(",").includes(STATES[packet.state]);
    default:
      return SILENT.includes(option) ? true : undefined;
  }
}

function deedOf(target: string, isGoto: boolean): Deed {
  if (target === "ACCEPT") return { do: "accept" };
  if (target === "DROP" || target === "REJECT") return { do: "drop" };
  if (target === "RETURN") return { do: "return" };
  return { do: isGoto ? "goto" : "jump", chain: target };
}

/** Words of a line, quotes undone. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

function ruleOf(words: readonly string[], chains: ReadonlySet<string>, title: string): FirewallRule {
  const tests: { option: string; value: string; not: boolean }[] = [];
  let deed: Deed = { do: "on" };
  for (let at = 0; at < words.length; at++) {
    const not = words[at] === "!";
    const option = words[not ? ++at : at] ?? "";
    if (option === "-j" || option === "-g") {
      const target = words[++at] ?? "";
      const isKnown = ["ACCEPT", "DROP", "REJECT", "RETURN"].includes(target) || chains.has(target);
      if (isKnown) deed = deedOf(target, option === "-g");
      continue;
    }
    if (!option.startsWith("-")) continue;
    const value = words[at + 1]?.startsWith("-") || words[at + 1] === "!" ? "" : (words[at + 1] ?? "");
    tests.push({ option, value, not });
  }
  return {
    title,
    matches: (packet) => {
      let known: Known = true;
      for (const { option, value, not } of tests) {
        const result = test(option, value, packet);
        if (result === undefined) known = known === false ? false : undefined;
        else if (result === not && !SILENT.includes(option)) known = false;
      }
      return { known, deed };
    },
  };
}

/** The chains of table `filter` in what iptables-save or ip6tables-save printed. */
export function savedChains(text: string): Map<string, FirewallChain> {
  const found = new Map<string, FirewallChain & { rules: FirewallRule[] }>();
  const lines = text.split("\n");
  const begin = lines.indexOf("*filter");
  const end = lines.indexOf("COMMIT", begin);
  const table = begin < 0 ? [] : lines.slice(begin + 1, end < 0 ? undefined : end);
  for (const line of table) {
    const [, name = "", policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
    if (policy === undefined) continue;
    found.set(name, {
      name,
      policy: policy === "-" ? undefined : policy === "DROP" ? "drop" : "accept",
      rules: [],
    });
  }
  const names = new Set(found.keys());
  for (const line of table) {
    const [add, chain = "", ...words] = wordsOf(line);
    if (add === "-A") found.get(chain)?.rules.push(ruleOf(words, names, `"${line}"`));
  }
  return found;
}
