/** The table of rules, judged by nft(8); and the look at rules of others. */
import { describe, expect, test } from "bun:test";
import { parseSubnet } from "../../src/net/address.ts";
import { encode } from "../../src/net/attributes.ts";
import { chains, elementsIn, generation, rules } from "../../src/net/nft/look.ts";
import { NETFILTER } from "../../src/net/nft/numbers.ts";
import { noTableBatch, TABLE, tableBatch } from "../../src/net/nft/table.ts";
import { NetlinkSocket } from "../../src/sys/netlink.ts";
import { CANNOT, withNamespace } from "./namespace.ts";

const NETWORKS = [
  {
    bridge: "nsb0000000a",
    internal: false,
    subnets: [parseSubnet("10.87.0.0/24")!, parseSubnet("fd00:1::/64")!],
  },
  { bridge: "nsb0000000b", internal: true, subnets: [parseSubnet("10.88.0.0/16")!] },
  { bridge: "nsb0000000c", internal: false, subnets: [parseSubnet("10.87.1.0/24")!] },
];
const SWITCHED = { 4: ["eth0"], 6: ["eth0", "wlan0"] };

const send = (messages: Parameters<typeof encode>[0]) => {
  const socket = new NetlinkSocket(NETFILTER);
  const refusal = socket.request(encode(messages).bytes);
  socket.close();
  return refusal;
};

describe.skipIf(CANNOT !== undefined)(`nftables${CANNOT === undefined ? "" : ` (${CANNOT})`}`, () => {
  test("the table is written in one step, and what nft prints of it nft takes", async () => {
    await withNamespace((inside, judge) => {
      expect(inside(() => send(tableBatch(NETWORKS, SWITCHED)))).toBeUndefined();
      const text = judge("nft", "list", "ruleset");
      for (const { bridge } of NETWORKS) expect(text).toContain(`"${bridge}" . "${bridge}"`);
      expect(text).toMatch(/elements = \{ 10\.87\.0\.0\/24,\s+10\.87\.1\.0\/24 \}/);
      expect(text).toContain("elements = { fd00:1::/64 }");
      expect(text).toContain('elements = { "eth0",\n\t\t\t     "wlan0" }');
      expect(text).toContain("oifname @bridges ct state established,related accept");
      expect(text).toContain("ip saddr @masked4 oifname != @bridges masquerade");
      // Once more, by nft itself: the same table.
      judge("nft", "flush ruleset");
      judge("sh", "-c", `nft -f - <<'END'\n${text}\nEND`);
      expect(judge("nft", "list", "ruleset")).toBe(text);
      inside(() => send(tableBatch(NETWORKS, SWITCHED)));
      expect(judge("nft", "list", "ruleset")).toBe(text);
      inside(() => send(tableBatch([], { 4: [], 6: [] })));
      expect(judge("nft", "list", "set", "inet", "nsbox", "bridges")).not.toContain("nsb0");
      expect(inside(() => send(noTableBatch()))).toBeUndefined();
      expect(judge("nft", "list", "ruleset")).toBe("");
      expect(inside(() => send(noTableBatch()))).toBeUndefined();
    });
  });

  test("chains, rules and sets of others are seen, and the generation changes with them", async () => {
    await withNamespace((inside, judge) => {
      const look = <T>(ask: (socket: NetlinkSocket) => T): T =>
        inside(() => {
          const socket = new NetlinkSocket(NETFILTER);
          const found = ask(socket);
          socket.close();
          return found;
        });
      const before = look(generation);
      judge(
        "nft",
        "table ip a { set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 }; }; chain c { type filter hook forward priority -7; policy drop; ip saddr @s counter accept; tcp dport 22 drop; }; chain d { }; }; table bridge b { chain c { type filter hook input priority 0; }; }",
      );
      expect(look(generation)).not.toBe(before);
      expect(look(chains)).toEqual([
        { family: "ip", table: "a", name: "c", hook: 2, priority: -7, policy: 0 },
        expect.objectContaining({ name: "d", hook: undefined }),
        { family: "bridge", table: "b", name: "c", hook: 1, priority: 0, policy: 1 },
      ]);
      const found = look((socket) => rules(socket));
      if (typeof found === "number") throw new Error(`errno ${found}`);
      expect(found.map(({ chain, steps }) => [chain, ...steps.map(({ name }) => name)])).toEqual([
        ["c", "payload", "lookup", "counter", "immediate"],
        ["c", "meta", "cmp", "payload", "cmp", "immediate"],
      ]);
      expect(look((socket) => rules(socket, TABLE))).toEqual([]);
      const elements = look((socket) => elementsIn(socket, { family: "ip", name: "a" }, "s"));
      if (typeof elements === "number") throw new Error(`errno ${elements}`);
      expect(elements.filter(({ end }) => !end).map(({ key }) => key.toHex())).toEqual(["0a000000"]);
    });
  });
});
