/** Firewalls of others: they go on working, nobody changes them, and what is in the way is named. */
import { describe, expect, test } from "bun:test";
import { CANNOT, HAS_NFT, script } from "./network-host.ts";
import { hostProgram } from "./support.ts";

const why = CANNOT ?? (HAS_NFT ? undefined : "nft is not there");

/** Tries to get out, and does what the notes say until nothing is noted any more. */
const FOLLOW = `
ask() { "$NSBOX" run --network web "$T" talk ask $1 53 out 2>/run/notes; echo $1 $?; }
follow() {
  for i in 1 2 3 4 5 6 7 8 9; do
    n net inspect --json web >/run/inspect; grep -o '"hint":"[^"]*' /run/inspect | cut -c9- | head -1 >/run/hint
    test -s /run/hint || return; echo $i >>/run/steps; sh /run/hint
  done
}
`;

describe.skipIf(why !== undefined)(`foreign firewalls${why === undefined ? "" : ` (${why})`}`, () => {
  const rulesets: Record<string, readonly [setUp: string, named: RegExp]> = {
    "nftables with a forward policy that drops": [
      "nft 'table inet fw { chain through { type filter hook forward priority 0; policy drop; iifname docker0 accept; tcp dport 22 accept; }; }'",
      /the policy of the nftables chain "inet fw through" drops what containers send out, IPv4/,
    ],
    "nftables with a last rule that rejects, in a chain that is jumped to": [
      `nft 'table ip fw { set lan { type ipv4_addr; flags interval; elements = { 172.16.0.0/12 }; }
        chain final { ip saddr @lan accept; ct state vmap { invalid : drop, established : accept }; reject; }
        chain through { type filter hook forward priority 5; jump final; }; }'`,
      /rule \d+ of the nftables chain "ip fw through" drops what containers send out, IPv4/,
    ],
    "a policy that drops what the machine itself sends and gets": [
      "nft 'table inet fw { chain incoming { type filter hook input priority 0; policy drop; iif lo accept; iifname wan accept; }; chain outgoing { type filter hook output priority 0; policy drop; oif lo accept; oifname wan accept; }; }'",
      /the policy of the nftables chain "inet fw outgoing" drops what this machine sends to containers, IPv4/,
    ],
  };
  if (hostProgram("iptables-legacy") !== undefined) {
    rulesets["iptables (legacy)"] = [
      "iptables-legacy -P FORWARD DROP; ip6tables-legacy -A FORWARD -o docker0 -j ACCEPT; ip6tables-legacy -A FORWARD -j REJECT",
      /the policy of the iptables chain FORWARD drops what containers send out, IPv4/,
    ];
  }
  if (hostProgram("iptables-nft") !== undefined) {
    rulesets["iptables (in nftables)"] = [
      "iptables-nft -P FORWARD DROP; iptables-nft -A FORWARD -i docker0 -m conntrack --ctstate NEW -j ACCEPT",
      /the policy of the nftables chain "ip filter FORWARD" drops what containers send out, IPv4/,
    ];
  }
  test.each(Object.entries(rulesets))(
    "%s",
    async (name, [setUp, named]) => {
      const iptables = name.includes("legacy") ? "iptables-legacy" : "iptables-nft";
      const { out } = await script(
        `${FOLLOW}
      PATH=/run/bin:$PATH; mkdir /run/bin; for v in '' 6; do ln -s "$(command -v ${iptables.replace("iptables", "ip${v}tables")})" /run/bin/ip\${v}tables; done
      ${setUp}
      foreign() { nft -s list ruleset | sed '/^table inet nsbox/,/^}/d'; iptables-legacy-save 2>/dev/null | grep -v '^[#:]'; }
      A=$(foreign); n net create web 2>&1 | head -3; test "$A" = "$(foreign)" && echo untouched
      n net rm web >/dev/null 2>&1; n net create -q web >/dev/null
      ask 198.51.100.7; cat /run/notes; follow; ask 198.51.100.7; cat /run/notes; ask 2001:db8:7::7; ls /run/steps; n net rm web`,
        true,
      );
      expect(out).toMatch(named);
      expect(out).toContain("untouched\n");
      const isHost = name.includes("itself");
      if (!isHost) expect(out).toMatch(/198\.51\.100\.7 [1-9]\d*\n/);
      expect(out).toEndWith(
        "192.0.2.2 out\n198.51.100.7 0\n2001:db8:2::2 out\n2001:db8:7::7 0\n/run/steps\nweb\n",
      );
    },
    30_000,
  );

  test("where a firewall lets it through, or nobody can know, nothing is said", async () => {
    const { out, err } = await script(
      `nft 'table inet fw { chain through { type filter hook forward priority 0; policy drop; ct state established,related accept; iifname "nsb*" accept; }; chain incoming { type filter hook input priority 0; policy drop; ct state established accept; icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept; }; }'
      n net create web; run web "$T" talk ask 198.51.100.7 53 out; n net inspect web | grep -c way.$ 
      nft 'table inet fw2 { chain through { type filter hook forward priority 1; policy drop; meta cgroup 7 accept; }; }'
      "$NSBOX" run --network web "$T" true`,
      true,
    );
    expect({ out, err }).toEqual({ out: "web\n192.0.2.2 out\n0\n", err: "" });
  }, 20_000);
});
