/** What networks leave: nothing. And what they put up with. */
import { describe, expect, test } from "bun:test";
import { CANNOT, HAS_NFT, script } from "./network-host.ts";

const reason = CANNOT === undefined ? "" : ` (${CANNOT})`;

/** All that the host's network is made of, line for line; counters of connections left out. */
const LOOK = `
look() {
  for what in addr link route rule 'route show table all' '-6 route' '-6 route show table all' '-6 rule' neigh; do ip -o $what; done
  nft -s list ruleset 2>/dev/null
  sysctl -a 2>/dev/null | grep '^net\\.' | grep -v 'conntrack_count\\|nf_conntrack_.*max'
  find /run -mindepth 1 ! -path '/run/netns*' | grep -v 'nsbox$\\|nsbox/networks$\\|nsbox/undo$\\|nsbox/containers$\\|nsbox/names$'
}
same() { diff <(echo "$BEFORE") <(look) && echo same; }
BEFORE=$(look)
`;

describe.skipIf(CANNOT !== undefined)(`what networks leave${reason}`, () => {
  test("after net rm the host's devices, addresses, routes, rules and settings are what they were", async () => {
    const { out, err } = await script(
      `nft 'table inet mine { chain c { type filter hook forward priority 10; counter accept; }; }' 2>/dev/null
      ${LOOK}
      n net create web; n net create db --internal; n net create far --subnet 10.99.0.0/24 --subnet fd00:99::/64
      run web "$T" talk ask 198.51.100.7 53 x; run db "$T" true
      n run -q -d --rm --name a --network web "$T" sleep 60 >/dev/null; n rm -f a
      n net rm web db far; for i in $(seq 100); do same >/dev/null && break; sleep 0.05; done; same`,
      true,
    );
    expect({ out, err }).toEqual({
      out: "web\ndb\nfar\n192.0.2.2 x\na\nweb\ndb\nfar\nsame\n",
      err: "",
    });
  }, 30_000);

  test("forwarding that was on before stays on, and what was off goes off", async () => {
    const { out } = await script(
      `echo 1 >/proc/sys/net/ipv4/conf/wan/forwarding; F=/proc/sys/net/ipv6/conf/all/forwarding; echo 1 >$F
      n net create web >/dev/null; run web "$T" talk ask 2001:db8:7::7 53 x; n net rm web >/dev/null
      cat /proc/sys/net/ipv4/conf/wan/forwarding $F; echo 0 >$F
      n net create web >/dev/null; cat $F; echo 1 >/proc/sys/net/ipv4/ip_forward; n net rm web >/dev/null
      cat /proc/sys/net/ipv4/conf/wan/forwarding $F`,
      true,
    );
    expect(out).toBe("2001:db8:2::2 x\n1\n1\n0\n1\n0\n");
  }, 20_000);

  test.skipIf(!HAS_NFT)(
    "rules and a bridge that somebody removed are made again by the next run (needs nft)",
    async () => {
      const { out, err } = await script(
        `n net create web >/dev/null; B=$(n net inspect --json web | grep -o 'nsb[0-9a-f]*' | head -1)
      n run -q -d --name kept --network web "$T" talk hear 5300 >/dev/null
      for harm in 'nft flush ruleset' 'nft delete table inet nsbox' 'nft flush chain inet nsbox forward' \\
        'nft flush set inet nsbox bridges' 'ip link del '$B 'ip addr flush dev '$B 'ip link set down '$B; do
        $harm; run web "$T" bash -c 'until talk ask 198.51.100.7 53 "$0" 2>/dev/null; do sleep 0.05; done' "$harm"
        n restart kept >/dev/null; until "$T/bin/talk" ask $(addr web kept 4) 5300 x >/dev/null 2>&1; do sleep 0.05; done; echo kept
      done`,
        true,
        90_000,
      );
      expect(err).toBe("");
      expect(out.replaceAll(/nsb[0-9a-f]{8}/g, "nsb")).toBe(
        [
          "nft flush ruleset",
          "nft delete table inet nsbox",
          "nft flush chain inet nsbox forward",
          "nft flush set inet nsbox bridges",
          "ip link del nsb",
          "ip addr flush dev nsb",
          "ip link set down nsb",
        ]
          .map((harm) => `192.0.2.2 ${harm}\nkept\n`)
          .join(""),
      );
    },
    100_000,
  );

  test("subnets collide with no route, address, nameserver or other network", async () => {
    const { out, err } = await script(`
      ip link add d0 type bridge; ip link set d0 up; ip addr add 10.87.0.77/23 dev d0
      ip route add 10.87.2.0/24 dev d0; ip route add 10.87.3.0/25 dev d0 table 77
      echo 'nameserver 10.87.4.53' > /run/resolv; mount --bind /run/resolv /etc/resolv.conf
      ip route add 0.0.0.0/1 dev d0
      subnet() { n net inspect --json $1 | grep -o '"subnet4":"[^"]*'; }
      n net create a >/dev/null; subnet a; n net create b >/dev/null; subnet b
      for net in 10.87.0.0/16 10.87.1.0/24 10.87.2.128/25 10.87.5.0/24; do n net create c --subnet $net; done
      ip route add 10.0.0.0/8 dev d0; n net create d >/dev/null; subnet d`);
    expect(out).toBe('"subnet4":"10.87.5.0/24\n"subnet4":"10.87.6.0/24\n"subnet4":"172.24.0.0/24\n');
    expect(err.match(/cause: .*/g)).toEqual([
      'cause: it collides with network "a"',
      "cause: it collides with address 10.87.0.77/23 of d0",
      "cause: it collides with the route to 10.87.2.0/24 by d0",
      'cause: it collides with network "a"',
    ]);
  }, 20_000);

  test("where a route leads to all private addresses of IPv6 net create says so, and does not hang", async () => {
    const { out, err } = await script(`
      ip link add d0 type bridge; ip link set d0 up; ip -6 route add fd00::/8 dev d0
      timeout 10 "$NSBOX" net create a; echo $?; n net create a --no-ipv6; ls /run/nsbox/networks`);
    expect(out).toBe("1\na\na\n");
    expect(err).toMatch(/^error: No subnet is free for the network\n {2}cause: .*\n {2}hint: {2}.*--no-ipv6/);
  }, 20_000);

  test("what stands among networks and is none is said, and can be got rid of", async () => {
    const { out, err } = await script(`
      n net create web >/dev/null; D=/run/nsbox/networks; echo '{}' >$D/web/config.json; touch $D/odd; mkdir -p $D/half/leases
      n net rm web; n net prune; rm -r $D/web; n net prune; ls $D; ip -br link | grep -c nsb`);
    expect(out).toMatch(/^half-made network half\nhalf-made network odd\n(.*\n)*0\n$/);
    expect(err).toContain(
      "`rm -r /run/nsbox/networks/web`, and `nsbox net prune` removes what is left of it",
    );
  }, 20_000);

  test("net rm refuses while containers are on it, and names them; -f does not", async () => {
    const { out, err, status } = await script(`
      n net create web >/dev/null; n run -q -d --name a --network web "$T" sleep 60 >/dev/null
      n stop a >/dev/null; n net rm web; echo $?; n net rm -f web; echo $?; n net ls; n rm a`);
    expect({ out, status }).toEqual({
      out: "1\nweb\n0\nNAME  BRIDGE  SUBNET  SUBNET6  MTU  CONTAINERS\na\n",
      status: 0,
    });
    expect(err).toBe(
      'error: Cannot remove network "web"\n  cause: these are on it: a\n  hint:  `nsbox net rm -f web` removes it all the same\n',
    );
  }, 20_000);

  test("a container keeps its address over restarts, and its hardware address with it", async () => {
    const { out } = await script(`
      n net create web >/dev/null; n run -q -d --name a --network web "$T" sleep 60 >/dev/null
      show() { n exec a ip -o -4 addr show eth0 | grep -o '10[0-9./]*' | head -1; n exec a cat /sys/class/net/eth0/address; }
      show; run web "$T" true; n stop a >/dev/null; run web "$T" true; n restart a >/dev/null; show`);
    expect(out).toBe("10.87.0.2/24\n0a:58:0a:57:00:02\n10.87.0.2/24\n0a:58:0a:57:00:02\n");
  }, 20_000);

  test("addresses come back when a run ends, however it ends", async () => {
    const { out } = await script(`
      n net create web >/dev/null; L=/run/nsbox/networks/web/leases
      run web "$T" false; ls $L; run web "$T" nothing 2>/dev/null; ls $L
      run web --user nobody-such "$T" true 2>/dev/null; ls $L
      "$NSBOX" run -q --network web --ip 10.87.0.50 "$T" sleep 60 & soon test -e $L/10.87.0.50; kill -9 $!; wait $!; ls $L
      n net ls >/dev/null; ls $L; n run --explain --network web "$T" true >/dev/null; ls $L`);
    expect(out).toBe("10.87.0.50\n");
  }, 20_000);
});
