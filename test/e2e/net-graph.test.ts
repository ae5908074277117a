/** `nsbox net graph`. Judge: ip(8), in each network namespace by itself. */
import { describe, expect, test } from "bun:test";
import { onHost } from "./net-host.ts";
import { AS_ROOT, hostProgram, USER } from "./support.ts";

interface Device {
  index: number;
  name: string;
  kind: string | null;
  up: boolean;
  mtu: number;
  mac: string | null;
  master: number | null;
  addresses: string[];
  peer: { netns: number | null; index: number } | null;
}

interface Picture {
  networks: { id: number; error: string | null; devices: Device[] }[];
  pairs: { from: { netns: number; index: number }; to: { netns: number; index: number } }[];
  nodes: { key: string; title: string; lines: string[]; above: string | null }[];
  edges: { type: string; from: string; to: string }[];
}

/** As `ip -j -d address` has them. */
interface Judged {
  ifindex: number;
  ifname: string;
  flags: string[];
  mtu: number;
  address?: string;
  link_type: string;
  master?: string;
  linkinfo?: { info_kind?: string };
  addr_info: { local: string; prefixlen: number }[];
}

/** A host with two networks, one container on both, a macvlan, and two named namespaces with a cable. */
const WORLD = `
ip link add up0 type veth peer name up1; ip link set up0 up; ip link set up1 up; ip addr add 192.0.2.1/24 dev up0
$NSBOX net create web > /dev/null; $NSBOX net create db --internal > /dev/null
for n in a b; do $NSBOX run -q -d --name $n --network web $([ $n = a ] && echo --publish 8080:80) $T sleep 60 > /dev/null; done
$NSBOX net connect db a > /dev/null; $NSBOX run -q -d --name m --macvlan up1:mac0 $T sleep 60 > /dev/null
$NSBOX netns add n1; $NSBOX netns add n2; ip -n n1 link add left mtu 1400 type veth peer name right netns n2
ip -n n1 addr add 10.1.1.1/30 dev left; ip -n n1 link set left up; ip -n n2 link set right up
look() { stat -Lc '%i' $1; nsenter --net=$1 ip -j -d addr; }
for c in a b m; do $NSBOX netns attach c-$c $c; done
sleep 2; $NSBOX net graph -q --format json -o /run/graph.json; cat /run/graph.json | tr -d '\\n'; echo
look /proc/self/ns/net; for n in n1 n2 c-a c-b c-m; do look /run/netns/$n; done
`;

const addressesOf = (list: readonly string[]) => list.toSorted();

describe.skipIf(!AS_ROOT || hostProgram("ip") === undefined)("nsbox net graph (needs root and ip)", () => {
  test("is JSON with --json, as every other list is", async () => {
    const { out } = await onHost("$NSBOX net graph -q --json");
    expect((JSON.parse(out) as Picture).networks[0]?.devices[0]?.name).toBe("lo");
  });

  test("shows the devices that ip shows in each namespace, and which hang together", async () => {
    const { out } = await onHost(WORLD);
    const [first = "", ...rest] = out.trimEnd().split("\n");
    const picture = JSON.parse(first) as Picture;
    const byId = new Map(picture.networks.map((one) => [one.id, one]));
    const names = new Map<string, string>();
    expect(rest.length).toBe(12);
    for (let at = 0; at < rest.length; at += 2) {
      const id = Number(rest[at]);
      const judged = (JSON.parse(rest[at + 1]!) as Judged[]).filter(({ ifname }) => ifname !== undefined);
      const own = byId.get(id);
      const byName = new Map(judged.map(({ ifname, ifindex }) => [ifname, ifindex]));
      expect(own?.error).toBeNull();
      expect(
        own?.devices.map((one) => ({ ...one, peer: null, addresses: addressesOf(one.addresses) })),
      ).toEqual(
        judged.map((one) => ({
          index: one.ifindex,
          name: one.ifname,
          kind: one.linkinfo?.info_kind ?? null,
          up: one.flags.includes("UP"),
          mtu: one.mtu,
          mac: one.link_type === "loopback" ? null : (one.address ?? null),
          master: one.master === undefined ? null : (byName.get(one.master) ?? null),
          addresses: addressesOf(one.addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`)),
          peer: null,
        })),
      );
      for (const { ifindex, ifname } of judged) names.set(`${id}/${ifindex}`, `${at / 2} ${ifname}`);
    }
    const pairs = picture.pairs.map(({ from, to }) =>
      [from, to]
        .map(({ netns, index }) => names.get(`${netns}/${index}`)?.replace(/nsv\w+/, "port"))
        .join(" - "),
    );
    // 0 is the host, 1 and 2 n1 and n2, 3 to 5 the containers.
    expect(pairs.toSorted()).toEqual([
      "0 port - 3 eth0",
      "0 port - 3 eth1",
      "0 port - 4 eth0",
      "0 up1 - 0 up0",
      "0 up1 - 5 mac0",
      "1 left - 2 right",
    ]);
    const cables = picture.edges.filter(({ type }) => type === "cable");
    expect(cables.length).toBe(pairs.length);
    const lines = picture.nodes.flatMap((node) => node.lines);
    expect(lines).toEqual(
      expect.arrayContaining(["network web", "network db", "published localhost:8080->80/tcp"]),
    );
    const keys = new Set(picture.nodes.map(({ key }) => key));
    expect(keys.size).toBe(picture.nodes.length);
    for (const { above } of picture.nodes) if (above !== null) expect(keys).toContain(above);
  });

  test("is written in every form, whole", async () => {
    const { out, err } = await onHost(
      `ip link add up0 type veth peer name '<b>&"x'; cd /run; for f in svg html dot mermaid json; do $NSBOX net graph -o g.$f; done
      xmllint --noout g.svg 2>&1; grep -c '<svg' g.html; grep -c "<script" g.html; head -1 g.dot g.mermaid; grep -c '<b>' g.svg g.html`,
    );
    expect(err).not.toContain("error");
    expect(out).toBe(
      "1\n0\n==> g.dot <==\ndigraph namespaces {\n\n==> g.mermaid <==\nflowchart LR\ng.svg:0\ng.html:0\n",
    );
  });

  test("shows an ordinary user the own network, and says what could not be read", async () => {
    const { out, err } = await onHost(
      `ip link add up0 type veth peer name up1; ip netns add other 2> /dev/null || { mkdir -p /run/netns; ip netns add other; }
      ip link set up1 netns other; ${USER.prefix.join(" ")} $NSBOX net graph --format json`,
    );
    const { networks } = JSON.parse(out) as Picture;
    expect(err).toMatch(
      /^note: The devices of 1 network namespace could not be read: operation not permitted/m,
    );
    expect(networks[0]?.devices.map(({ name }) => name)).toEqual(["lo", "up0"]);
    expect(networks[0]?.devices[1]?.peer).toEqual({ netns: null, index: expect.any(Number) });
    expect(networks[1]).toMatchObject({ error: expect.stringContaining("EPERM"), devices: [] });
  });

  test("says of several that nothing leads to why they could not be read", async () => {
    // Bound in mount namespaces of others, where no process is in them; the machine may have some as well.
    const { err } = await onHost(
      `touch /run/x; keep() { unshare -m --propagation private sh -c 'unshare --net=/run/x true; exec sleep 9' & until [ "$(cat /proc/$!/comm)" = sleep ]; do :; done; }
      keep; keep; $NSBOX net graph --format json > /dev/null; kill $(jobs -p)`,
    );
    expect(err).toMatch(
      /^note: The devices of \d+ network namespaces could not be read: gone, or not to be opened by this user\n$/,
    );
  });
});
