/** Messages of rtnetlink, judged by ip(8). */
import { describe, expect, test } from "bun:test";
import {
  formatAddress,
  formatMac,
  formatSubnet,
  macOf,
  parseAddress,
  parseSubnet,
} from "../../src/net/address.ts";
import { encode } from "../../src/net/attributes.ts";
import { addresses, deviceTo, linkNamed, links, routes } from "../../src/net/look.ts";
import * as rtnetlink from "../../src/net/rtnetlink.ts";
import { NetlinkSocket } from "../../src/sys/netlink.ts";
import { CANNOT, withNamespace } from "./namespace.ts";

const address = (text: string) => parseAddress(text)!;
const subnet = (text: string) => parseSubnet(text)!;

describe.skipIf(CANNOT !== undefined)(`rtnetlink${CANNOT === undefined ? "" : ` (${CANNOT})`}`, () => {
  test("makes a bridge, a pair whose end is in another namespace, addresses and routes, as ip shows them", async () => {
    await withNamespace((inside, judge) =>
      withNamespace((within, other, pid) => {
        const send = (messages: Parameters<typeof encode>[0]) => {
          const socket = new NetlinkSocket(rtnetlink.ROUTE);
          const refusal = socket.request(encode(messages).bytes);
          socket.close();
          return refusal;
        };
        const mac = macOf(address("10.1.2.1"));
        expect(
          inside(() => send([rtnetlink.newBridge("br", mac, 1400), rtnetlink.setMtu("br", 1400)])),
        ).toBeUndefined();
        const index = inside(() => linkNamed(new NetlinkSocket(0), "br")!.index);
        const pair = {
          name: "left",
          master: index,
          mtu: 1300,
          peer: "right",
          mac: macOf(address("10.1.2.3")),
          where: { pid },
        };
        inside(() =>
          expect(
            send([
              rtnetlink.newAddress(index, address("10.1.2.1"), subnet("10.1.2.0/24")),
              rtnetlink.newAddress(index, address("fd00:1::1"), subnet("fd00:1::/64")),
              rtnetlink.newPair(pair),
            ]),
          ).toBeUndefined(),
        );
        const right = within(() => linkNamed(new NetlinkSocket(0), "right")!.index);
        within(() =>
          expect(
            send([
              rtnetlink.newAddress(right, address("10.1.2.3"), subnet("10.1.2.0/24")),
              rtnetlink.newAddress(right, address("fd00:1::3"), subnet("fd00:1::/64")),
              rtnetlink.linkUp("right"),
              rtnetlink.newDefaultRoute(right, address("10.1.2.1")),
              rtnetlink.newDefaultRoute(right, address("fd00:1::1")),
            ]),
          ).toBeUndefined(),
        );
        const [bridge] = JSON.parse(judge("ip", "-j", "-d", "addr", "show", "br"));
        expect(bridge).toMatchObject({
          mtu: 1400,
          address: "0a:58:0a:01:02:01",
          linkinfo: { info_kind: "bridge" },
        });
        expect(bridge.flags).toContain("UP");
        const [left] = JSON.parse(judge("ip", "-j", "link", "show", "left"));
        expect(left).toMatchObject({ mtu: 1300, master: "br" });
        const [end] = JSON.parse(other("ip", "-j", "addr", "show", "right"));
        expect(end.address).toBe("0a:58:0a:01:02:03");
        expect(end.addr_info.slice(0, 2)).toMatchObject([
          { local: "10.1.2.3", prefixlen: 24, broadcast: "10.1.2.255" },
          { local: "fd00:1::3", prefixlen: 64, nodad: true },
        ]);
        expect(JSON.parse(other("ip", "-j", "route", "show", "default"))).toMatchObject([
          { gateway: "10.1.2.1", dev: "right" },
        ]);
        expect(JSON.parse(other("ip", "-j", "-6", "route", "show", "default"))).toMatchObject([
          { gateway: "fd00:1::1" },
        ]);
        inside(() =>
          expect(send([rtnetlink.removeLink("left"), rtnetlink.removeLink("br")])).toBeUndefined(),
        );
        expect(judge("ip", "-o", "link").trim().split("\n")).toHaveLength(1);
        expect(inside(() => send([rtnetlink.removeLink("br")]))).toMatchObject({ errno: 19, sequence: 1 });
        const twice = [rtnetlink.newBridge("b2", mac, 1400), rtnetlink.newBridge("b2", mac, 1400)];
        expect(inside(() => send(twice))).toMatchObject({ errno: 17, sequence: 2 });
      }),
    );
  }, 20_000);

  test("sees devices, addresses and routes as ip does, five hundred of them too", async () => {
    await withNamespace((inside, judge) => {
      judge(
        "sh",
        "-c",
        "ip link add br0 type bridge; ip link set br0 up; ip link add v type veth peer name w; ip link set v master br0",
      );
      judge(
        "sh",
        "-c",
        "for i in $(seq 250); do echo addr add 10.$i.0.1/24 dev br0; echo route add fd00:$i::/64 dev br0; done | ip -batch -",
      );
      judge(
        "sh",
        "-c",
        "ip route add 10.7.7.0/25 dev br0 table 77; ip route add 198.51.100.0/24 nexthop dev br0 nexthop dev lo; ip route add default via 10.3.0.9",
      );
      const seen = inside(() => {
        const socket = new NetlinkSocket(0);
        const all = { links: links(socket), addresses: addresses(socket), routes: routes(socket) };
        const out = [
          deviceTo(socket, address("9.9.9.9")),
          deviceTo(socket, address("10.3.0.9")),
          deviceTo(socket, address("fe99::")),
        ];
        socket.close();
        return { ...all, out };
      });
      if (
        typeof seen.links === "number" ||
        typeof seen.addresses === "number" ||
        typeof seen.routes === "number"
      )
        throw new Error("errno");
      const judged = JSON.parse(judge("ip", "-j", "-d", "addr"));
      type Judged = {
        ifindex: number;
        ifname: string;
        mtu: number;
        address: string;
        addr_info: { local: string; prefixlen: number }[];
      };
      expect(seen.links.map(({ index, name, mtu, mac }) => [index, name, mtu, formatMac(mac!)])).toEqual(
        judged.map((one: Judged) => [one.ifindex, one.ifname, one.mtu, one.address]),
      );
      expect(seen.links.find(({ name }) => name === "v")).toMatchObject({ kind: "veth", master: 2 });
      const words = judged.flatMap((one: Judged) =>
        one.addr_info.map(({ local, prefixlen }) => `${one.ifindex} ${local}/${prefixlen}`),
      );
      expect(
        seen.addresses.map((one) => `${one.index} ${formatAddress(one.address)}/${one.prefix}`).sort(),
      ).toEqual(words.sort());
      const lines = judge("sh", "-c", "ip -4 route show table all; ip -6 route show table all")
        .trim()
        .split("\n");
      const destinations = lines
        .filter((line) => !/^\t|^ *nexthop/.test(line))
        .map((line) => line.replace(/^(local|broadcast|multicast|anycast|unreachable) /, "").split(" ")[0]!);
      const named = (word: string) =>
        word === "default" ? ["0.0.0.0/0", "::/0"] : [word, `${word}/32`, `${word}/128`];
      expect(seen.routes).toHaveLength(destinations.length);
      for (const { destination } of seen.routes) {
        expect(destinations.some((word) => named(word).includes(formatSubnet(destination)))).toBe(true);
      }
      expect(seen.routes.find(({ table }) => table === 77)?.devices).toEqual([2]);
      expect(
        seen.routes
          .find(({ destination }) => formatSubnet(destination) === "198.51.100.0/24")
          ?.devices.toSorted(),
      ).toEqual([1, 2]);
      expect(seen.out).toEqual([2, 2, undefined]);
    });
  }, 20_000);
});
