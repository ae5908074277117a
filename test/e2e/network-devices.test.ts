/** Devices that a container gets: --interface, --macvlan, --ovs. Judges: ip, ping and ovs-vsctl. */
import { describe, expect, test } from "bun:test";
import { onHost, SWITCH } from "./net-host.ts";
import { AS_ROOT, hostProgram, run, USER } from "./support.ts";
import { tree } from "./trees.ts";

const HAS_IP = AS_ROOT && ["ip", "ping"].every(hostProgram);
const HAS_OVS = HAS_IP && ["ovs-vsctl", "ovs-vswitchd", "ovsdb-server", "socat"].every(hostProgram);

/** A pair of devices, of which v1 is to be lent. */
const PAIR = `ip link add v0 type veth peer name v1; ip addr add 192.0.2.1/24 dev v0; ip addr add 192.0.2.2/24 brd + dev v1
ip addr add fd00:2::2/64 dev v1 nodad; ip link set v0 up; ip link set v1 up
until ip addr show dev v1 | grep -q fe80 && ! ip addr show dev v1 | grep -q tentative; do sleep 0.1; done
home() { ip -o addr show dev v1 | sed 's/  *valid.*//; s/^[0-9]*: //' | grep -v fe80; ip -o link show v1 | grep -o 'state [A-Z]*'; }
`;

describe.skipIf(!HAS_IP)("nsbox run --interface (needs root, ip and ping)", () => {
  test("moves a device in, by another name and with an address, and brings it home as it was", async () => {
    const { out, err } = await onHost(`${PAIR} home > /run/before
      $NSBOX run -q -d --name a --interface v1:lan --ip 192.0.2.9/24 --gateway 192.0.2.1 $T sleep 60 > /dev/null
      ip link show v1 2> /dev/null; ping -qc1 192.0.2.9 | grep -o '[0-9]*% packet loss'
      $NSBOX exec --ns net a ip -br addr show dev lan | tr -s ' ' | cut -d' ' -f2,3
      $NSBOX exec --ns net a ip route show default
      $NSBOX exec --privileged --ns net a ip link set lan name other; $NSBOX rm -f a > /dev/null; home | diff /run/before - && echo same`);
    expect({ out, err }).toEqual({
      out: "0% packet loss\nUP 192.0.2.9/24\ndefault via 192.0.2.1 dev lan proto static \nsame\n",
      err: "",
    });
  });

  test("brings it home where the set-up fails, and in every life of a container", async () => {
    const { out } = await onHost(`${PAIR} home > /run/before
      $NSBOX run -q --interface v1 $T no-such-command 2> /dev/null; echo $?; home | diff /run/before - && echo same
      $NSBOX run -q -d --name a --interface v1 $T sleep 60 > /dev/null; $NSBOX stop -t 0 a > /dev/null
      home | diff /run/before - && echo same; $NSBOX restart a > /dev/null; ip -br link show v1 2>&1 | wc -l
      $NSBOX rm -f a > /dev/null; home | diff /run/before - && echo same`);
    expect(out).toBe("127\nsame\nsame\n1\nsame\n");
  });

  test("one that is made by software is gone where nsbox is killed, and the next is none the worse for it", async () => {
    const { out } = await onHost(`${PAIR}
      $NSBOX run -q --interface v1 $T sleep 60 & until ! ip link show v1 > /dev/null 2>&1; do :; done
      kill -9 $!; wait $! 2> /dev/null; until ! ip link show v0 > /dev/null 2>&1; do sleep 0.05; done
      ip -br link | cut -d' ' -f1; $NSBOX gc | grep -v ^empty | cut -d' ' -f1-5; $NSBOX gc | grep -v ^empty`);
    expect(out).toBe("lo\nwhat a killed run made\n");
  });
});

test.skipIf(!HAS_IP)(
  "--macvlan gives a device of its own on the parent's network, in both families (needs root, ip and ping)",
  async () => {
    const { out, err } = await onHost(
      `mkdir /run/netns; ip netns add far; ip link add up0 type veth peer name far0 netns far; ip link set up0 up
      ip -n far addr add 203.0.113.1/24 dev far0; ip -n far addr add 2001:db8::1/64 dev far0 nodad; ip -n far link set far0 up
      $NSBOX run -q -d --name a --macvlan up0 --mac 02:00:00:00:00:07 --ip 203.0.113.7/24 --ip6 2001:db8::7/64 \\
        --gateway 203.0.113.1 --gateway 2001:db8::1 --dns 192.0.2.53 $T sleep 60 > /dev/null
      for at in 203.0.113.7 2001:db8::7; do ip netns exec far ping -qc1 $at | grep -o '[0-9]*% packet loss'; done
      $NSBOX exec --ns net a ip -d -br link show type macvlan | grep -o '02:00:00:00:00:07'
      $NSBOX exec --ns net a ip route show default; $NSBOX exec --ns net a ip -6 route show default | cut -d' ' -f1-5
      $NSBOX exec a cat /etc/resolv.conf; $NSBOX rm -f a > /dev/null; ip -br link show type macvlan`,
    );
    expect(err).toBe("");
    expect(out).toBe(
      "0% packet loss\n0% packet loss\n02:00:00:00:00:07\ndefault via 203.0.113.1 dev eth0 proto static \ndefault via 2001:db8::1 dev eth0\nnameserver 192.0.2.53\n",
    );
  },
);

describe.skipIf(!HAS_OVS)("nsbox run --ovs (needs root, Open vSwitch, ip, ping and socat)", () => {
  test("two containers on one switch reach each other, by TCP too, and leave no port", async () => {
    const { out, err } = await onHost(
      `${SWITCH} ovs-vsctl add-br sw -- set bridge sw datapath_type=netdev
      for n in 1 2; do $NSBOX run -q -d --name c$n --ovs sw --ip 10.0.0.$n/24 / socat TCP4-LISTEN:7,fork EXEC:cat > /dev/null; done
      ovs-vsctl list-ports sw | wc -l; $NSBOX netns attach c1 c1; ip netns exec c1 ping -qc3 -i0.2 10.0.0.2 | grep -o '[0-9]*% packet loss'
      head -c 1000000 /dev/zero | ip netns exec c1 socat -t2 - TCP4:10.0.0.2:7 | wc -c; $NSBOX netns rm c1
      $NSBOX restart -t 0 c1 > /dev/null; ovs-vsctl list-ports sw | wc -l
      $NSBOX rm -f c1 c2 > /dev/null; ovs-vsctl list-ports sw | wc -l; ip -br link show type veth`,
    );
    expect({ out, err }).toEqual({ out: "2\n0% packet loss\n1000000\n2\n0\n", err: "" });
  });

  test("the port of a killed run goes with the next gc", async () => {
    const { out } = await onHost(
      `${SWITCH} ovs-vsctl add-br sw -- set bridge sw datapath_type=netdev
      $NSBOX run -q --ovs sw $T sleep 60 & until [ "$(ovs-vsctl list-ports sw)" ]; do sleep 0.05; done
      kill -9 $!; wait $! 2> /dev/null; ovs-vsctl list-ports sw | wc -l; $NSBOX gc > /dev/null; ovs-vsctl list-ports sw`,
    );
    expect(out).toBe("1\n");
  });

  test("a bridge, a switch or a tool that is not there is named", async () => {
    const { out, err } = await onHost(
      `$NSBOX run -q --ovs sw $T echo ran; ${SWITCH} ovs-vsctl add-br other; $NSBOX run -q --ovs sw $T echo ran
      touch /run/empty; mount --bind /run/empty $(readlink -f $(command -v ovs-vsctl)); $NSBOX run -q --ovs sw $T echo ran`,
    );
    expect(out).toBe("");
    expect(err).toContain("database connection failed");
    expect(err).toContain("there is no such bridge; there are other");
    expect(err).toContain("apt-get install openvswitch-switch");
  });
});

describe.skipIf(!AS_ROOT)("devices (needs root)", () => {
  test.each([
    ["--interface nope", /There is no device "nope" on this host/],
    ["--interface lo", /every network has a "lo" of its own/],
    ["--interface v1:lo", /Two devices would be called "lo"/],
    ["--interface v1 --macvlan v0:v1", /Two devices would be called "v1"/],
    ["--interface v1 --interface v1:x", /"--interface v1" has moved it in by then/],
    ["--interface v1 --macvlan v1", /"--interface v1" has moved it in by then/],
    ["--interface v1 --macvlan v0 --ip 1.2.3.4/24", /does not say which device it means, of v1, eth0/],
    ["--macvlan v0 --ip 1.2.3.4", /it takes an IPv4 address and the length of its network/],
    ["--macvlan v0 --ip 10.0.0.1/24 --gateway 10.0.1.1", /is on no network of the device/],
    ["--macvlan averyverylongname", /longer than 15 bytes/],
    ["--macvlan v0 --publish 80:80", /"--publish" needs a network/],
    ["--macvlan v0 --share net", /needs a network namespace of the command's own/],
    ["--gateway 10.0.0.1", /is for a device/],
  ])("%s is refused before anything is made", async (options, message) => {
    const { out, err } = await onHost(
      `ip link add v0 type veth peer name v1; $NSBOX run -q ${options} $T echo ran; echo $?; ip -br link | wc -l`,
    );
    expect(out).toBe("125\n3\n");
    expect(err).toMatch(message);
  });
});

test("devices are root's to give, and an ordinary user is told of pasta", async () => {
  const { err, status } = await run(USER, ["--macvlan", "lo0", tree(USER), "true"]);
  expect(status).toBe(125);
  expect(err).toContain('Option "--macvlan" needs root');
  expect(err).toContain("--network pasta");
});
