/** What `--network` and `nsbox net` take, and what they say where it cannot be. */
import { describe, expect, test } from "bun:test";
import { CANNOT, script } from "./network-host.ts";
import { AS_ROOT, call, NSBOX, USER } from "./support.ts";
import { tree } from "./trees.ts";

const reason = CANNOT === undefined ? "" : ` (${CANNOT})`;

describe.skipIf(CANNOT !== undefined)(`the words of networks${reason}`, () => {
  test("host, none, container:NAME and ns:PATH name other networks", async () => {
    const { out, err } = await script(`
      see() { n run -q --network "$@" "$T" readlink /proc/self/ns/net; }
      n net create web >/dev/null; n run -q -d --name a --network web "$T" sleep 60 >/dev/null
      unshare -n sleep 60 & P=$!; soon test "$(readlink /proc/$P/ns/net)" != "$(readlink /proc/self/ns/net)"
      mkdir -p /run/netns; touch /run/netns/x; mount --bind /proc/$P/ns/net /run/netns/x
      OWN=$(readlink /proc/self/ns/net) OTHER=$(readlink /proc/$P/ns/net) A=$(n exec a readlink /proc/self/ns/net)
      test "$(see host)" = "$OWN" && echo host; test "$(see ns:/proc/$P/ns/net)" = "$OTHER" && echo path
      test "$(see ns:x)" = "$OTHER" && echo name; test "$(see container:a)" = "$A" && echo container
      test "$(see none)" != "$OWN" && echo none; see host -mp >/dev/null && echo letters`);
    expect({ out, err }).toEqual({ out: "host\npath\nname\ncontainer\nnone\nletters\n", err: "" });
  }, 20_000);

  test("what contradicts it, or cannot be, is said before anything is made", async () => {
    const { out, err } = await script(`
      n net create web >/dev/null; n net create small --subnet 10.9.0.0/29 >/dev/null
      t() { n run -q "$@" "$T" true; echo $?; }
      t --network wob; t --network host -n; t --network web --share net; t --network web -mp
      t --network web --no-lo; t --network web --join net=1; t --ip 10.87.0.2; t --network host --mtu 1400
      t --network web --ip 10.88.0.2; t --network web --ip 10.87.0.1; t --network web --ip 10.87.0.255
      t --network web --ip fd00::1; t --network web --mtu 9000; t --network web --mac 01:00:00:00:00:00; t --network web --mac 0a:58:0a:57:00:01
      t --network container:nobody; t --network container:; t --network what:ever; t --network ""
      ls /run/nsbox/networks/*/leases`);
    expect(out.replaceAll("125\n", "")).toBe(
      "/run/nsbox/networks/small/leases:\n\n/run/nsbox/networks/web/leases:\n",
    );
    expect(err.match(/^error: .*/gm)?.map((line) => line.slice(7))).toEqual([
      'There is no network "wob"',
      'Option "--network host" contradicts "-n", a network namespace of its own',
      'Option "--network web" contradicts "--share net"',
      'Option "--network" needs a network namespace of the command\'s own',
      'Options "--network" and "--no-lo" contradict each other',
      'Option "--network web" contradicts the network namespace to join',
      'Option "--ip" needs a network',
      'Options "--mtu" and "--network host" contradict each other',
      'Cannot use "--ip 10.88.0.2" on network "web"',
      'Cannot use "--ip 10.87.0.1" on network "web"',
      'Cannot use "--ip 10.87.0.255" on network "web"',
      'Invalid "--ip fd00::1": it takes an IPv4 address',
      '"--mtu 9000" is more than network "web" takes, 1500',
      'Invalid "--mac 01:00:00:00:00:00": it takes six bytes, such as 0a:58:0a:57:00:05, the first even',
      'Invalid "--mac 0a:58:0a:57:00:01": it is the bridge\'s own',
      'There is no container "nobody"',
      'Invalid "--network container:": something is missing behind "container:"',
      'Invalid "--network what:ever"',
      'Option "--network" has an empty value',
    ]);
  }, 30_000);

  test("an option that another network would take says with which it goes", async () => {
    const { err } = await script(`
      n run -q -d --name a "$T" sleep 60 >/dev/null; t() { n run -q --network "$@" "$T" true; }
      t none --dns 192.0.2.1; t container:a --dns 192.0.2.1; t host --ip 10.87.0.2; t none --mtu 1400; t none --publish 1:1`);
    expect(err.match(/(error|hint): .*/g)?.map((line) => line.replace(/hint: +/, ""))).toEqual([
      'error: Options "--dns" and "--network none" contradict each other',
      "It goes with --network NAME, host, pasta or slirp4netns",
      'error: Options "--dns" and "--network container:a" contradict each other',
      "It goes with --network NAME, host, pasta or slirp4netns",
      'error: Options "--ip" and "--network host" contradict each other',
      "It goes with --network NAME, or a device: --interface, --macvlan, --ovs",
      'error: Options "--mtu" and "--network none" contradict each other',
      "It goes with --network NAME, pasta or slirp4netns",
      'error: Options "--publish" and "--network none" contradict each other',
      "It goes with --network NAME, pasta or slirp4netns",
    ]);
  }, 20_000);

  test("who types what docker has is told how it is written here", async () => {
    const { err } = await script(`
      n net create web >/dev/null; t() { n "$@" "$T" true; }
      t run -q -p 8080:80; t run -q -p8080:80; t run -q -m 100m; t run -q --network bridge; t run -q --network host --publish 8080:80
      t run -q --network web --publish ::1:8080:80; t run -q --network web --ip 10.88.0.2
      t run -q --network web --network host; n network ls; n unpause a; n net inspect; n net rm; n net rm wob`);
    expect(
      err.match(/^( {2}hint: {2}|.*subnet, ).*/gm)?.map((line) => line.replace(/^ *(hint|cause): */, "")),
    ).toEqual([
      "A port is published by --publish 8080:80",
      "-p is the PID namespace; ports are `--publish PORT:PORT`",
      "Memory is limited by --memory 100m",
      "`nsbox net create NAME` makes one, and --network NAME puts the command on it",
      "With the host's network the command listens at the host's ports itself: leave it out",
      "--publish [::1]:8080:80",
      "it is not in the network's subnet, 10.87.0.0/24",
      "It takes one: `nsbox net connect NETWORK CONTAINER` puts a container that runs on more",
      'Did you mean "net"?',
      'Did you mean "resume"?',
      "`nsbox net ls` lists all networks",
      "`nsbox net ls` lists all networks",
      "`nsbox net ls` lists those that there are, and `nsbox net create wob` makes it",
    ]);
  }, 20_000);

  test("net create takes subnets, gateways and an mtu, and says what it cannot take", async () => {
    const { out, err } = await script(`
      t() { n net create "$@"; echo $?; }
      t a --subnet 10.9.0.0/24 --gateway 10.9.0.254 --subnet fd00:9::/64 --gateway fd00:9::fe --mtu 1300
      n net inspect --json a | grep -o '"subnet4.*internal":false'; t b --no-ipv6 --mtu 600
      n net inspect --json b | grep -o '"subnet6":null'; run b "$T" ip -6 route show default
      t a; t host; t 'a b'; t c --subnet 10.9.9.1/24; t c --subnet nine; t c --gateway 10.9.0.1
      t c --subnet 10.1.0.0/24 --subnet 10.2.0.0/24; t c --subnet 10.1.0.0/24 --gateway 10.2.0.1; t c --mtu 1000
      t c --subnet 10.1.0.0/31; t c --subnet 224.0.0.0/24; t c --subnet fe80::/64; n net; n net creat; n net ls x; n net rm --subnet 10.1.0.0/24 a; n net rm c`);
    expect(out.split("\n")).toEqual([
      "a",
      "0",
      '"subnet4":"10.9.0.0/24","gateway4":"10.9.0.254","subnet6":"fd00:9::/64","gateway6":"fd00:9::fe","mtu":1300,"internal":false',
      "b",
      "0",
      '"subnet6":null',
      "1",
      ...Array(11).fill("2"),
      "",
    ]);
    expect(err.match(/^error: .*/gm)?.map((line) => line.slice(7))).toEqual([
      'There is a network "a" already',
      'Not a network\'s name: "host"',
      'Not a network\'s name: "a b"',
      'Invalid "--subnet 10.9.9.1/24": behind its bits it is not 0',
      'Invalid "--subnet nine": it takes ADDRESS/BITS',
      'Option "--gateway" needs the "--subnet" that it is in',
      'Two "--subnet" of IPv4',
      '"--gateway 10.2.0.1" is not in subnet 10.1.0.0/24',
      'Invalid "--mtu 1000": IPv6 needs 1280',
      'Invalid "--subnet 10.1.0.0/31": IPv4 takes 8 to 30 bits',
      'Invalid "--subnet 224.0.0.0/24": no device can have addresses of 224.0.0.0/4',
      'Invalid "--subnet fe80::/64": no device can have addresses of fe80::/10',
      "Missing a verb",
      'Unknown word "creat" behind "net"',
      'Too many words: "x"',
      '`nsbox net rm` takes no option "--subnet"',
      'There is no network "c"',
    ]);
  }, 30_000);

  test("a network that is full says so", async () => {
    const { out, err } = await script(`
      n net create tiny --subnet 10.9.0.0/30 >/dev/null; n run -q -d --name a --network tiny "$T" sleep 60 >/dev/null
      run tiny "$T" true; run tiny --ip 10.9.0.2 "$T" true; n rm -f a >/dev/null; run tiny "$T" ip -o -4 addr show eth0 | grep -o 10.9.0.2/30`);
    expect(out).toBe("10.9.0.2/30\n");
    expect(err).toContain(
      'error: No address of network "tiny" is left\n  cause: 1 containers have all of 10.9.0.0/30',
    );
    expect(err).toContain('error: Address 10.9.0.2 of network "tiny" is taken\n  cause: a has it');
  }, 20_000);

  test("no two containers of a network have one IPv6 address, whoever chose it", async () => {
    const { out, err } = await script(`
      n net create six --subnet 10.9.0.0/24 --subnet fd00:9::/64 >/dev/null
      keep() { n run -q -d --name "$@" "$T" sleep 60 >/dev/null; }
      keep a --network six --ip6 fd00:9::77; keep b --network six --ip6 fd00:9::3; keep c --network six
      addr six c 6; run six --ip6 fd00:9::77 "$T" true; run six --ip 10.9.0.119 "$T" true
      run six --ip 10.9.0.119 --ip6 fd00:9::78 "$T" ip -o -6 addr show eth0 | grep -o fd00:9::78
      n net create other >/dev/null; keep d --network other; n net connect six d --ip6 fd00:9::3
      ls /run/nsbox/networks/six/leases | wc -l; n rm -f a >/dev/null
      run six --ip6 fd00:9::77 "$T" ip -o -6 addr show eth0 | grep -o fd00:9::77`);
    expect(out).toBe("fd00:9::4\nfd00:9::78\n3\nfd00:9::77\n");
    expect(err.match(/(error|cause|hint): .*/g)).toEqual([
      'error: Address fd00:9::77 of network "six" is taken',
      "cause: a has it",
      "hint:  `nsbox net inspect six` lists all",
      'error: Address fd00:9::77 of network "six" is taken',
      "cause: a has it, and it goes with 10.9.0.119",
      "hint:  `--ip6 ADDRESS` gives it another one",
      'error: Address fd00:9::3 of network "six" is taken',
      "cause: b has it",
      "hint:  `nsbox net inspect six` lists all",
    ]);
  }, 20_000);

  test("of two that connect a container at once one does, and it stays connected", async () => {
    const { out } = await script(`
      n net create web >/dev/null; n net create db >/dev/null; n run -q -d --name a --network web "$T" sleep 60 >/dev/null
      for i in 1 2 3 4; do
        n net connect db a 2>/dev/null & n net connect db a 2>/dev/null; wait $!
        n exec a ls /sys/class/net | xargs; ls /run/nsbox/networks/db/leases | wc -l; n net disconnect db a
      done`);
    expect(out).toBe("eth0 eth1 lo\n1\n".repeat(4));
  }, 20_000);

  test("a container is connected to many networks at once, to all of them", async () => {
    const { out, err } = await script(`
      n net create web >/dev/null; n run -q -d --name a --network web "$T" sleep 60 >/dev/null
      for i in 1 2 3 4; do n net create n$i > /dev/null; done
      for i in 1 2 3 4; do n net connect n$i a & all="$all $!"; done; wait $all; n exec a ls /sys/class/net | xargs`);
    expect({ out, err }).toEqual({ out: "eth0 eth1 eth2 eth3 eth4 lo\n", err: "" });
  }, 20_000);

  test("what a container was connected to lasts over a restart, and can be had again where its device went", async () => {
    const { out, err } = await script(`
      n net create web >/dev/null; n net create db >/dev/null; n run -q -d --name a --network web "$T" sleep 60 >/dev/null
      n net connect db a; n restart -t 0 a; n exec a ls /sys/class/net | xargs
      n net ls --json | grep -o '"containers":.'; ls /run/nsbox/networks/web/leases
      ip link del $(ip -br link show master $(n net inspect --json db | grep -o 'nsb[0-9a-f]*' | head -1) | grep -o 'nsv[0-9a-f]*')
      n net connect db a; n exec a ls /sys/class/net | xargs; ls /run/nsbox/networks/db/leases | wc -l
      n restart -t 0 a; n exec a ls /sys/class/net | xargs; ls /run/nsbox/networks/db/leases | wc -l`);
    expect({ out, err }).toEqual({
      out: 'a\neth0 eth1 lo\n"containers":1\n"containers":1\n10.87.0.2\neth0 eth1 lo\n1\na\neth0 eth1 lo\n1\n',
      err: "",
    });
  }, 20_000);

  test("a container that runs is put on one more network, and taken off", async () => {
    const { out, err } = await script(`
      n net create web >/dev/null; n net create db >/dev/null
      n run -q -d --name a --network web "$T" sleep 60 >/dev/null; n run -q -d --name b --network db "$T" talk hear 5300 >/dev/null
      B=$(addr db b 4); n exec a talk ask $B 5300 x >/dev/null 2>&1 || echo apart
      n net connect db a --ip 10.87.1.77; soon "$NSBOX" exec a talk ask $B 5300 x; n exec a talk ask $B 5300 joined
      n exec a talk ask $(addr db b 6) 5300 six | grep -o ' six'
      n exec a ip -o link show eth1 | grep -o UP,LOWER_UP; n exec a ip route show default | wc -l
      n net connect db a; n net disconnect db a; n exec a ls /sys/class/net; n net disconnect db a
      n net connect db nobody; n run -q -d --name h --network host "$T" sleep 60 >/dev/null; n net connect db h
      n stop a >/dev/null; n net connect db a; ls /run/nsbox/networks/db/leases`);
    expect(out).toBe("apart\n10.87.1.77 joined\n six\nUP,LOWER_UP\n1\neth0\nlo\n10.87.1.2\n");
    expect(err.match(/(error|cause): .*/g)).toEqual([
      'error: Cannot connect container "a" to network "db"',
      "cause: it is on it already",
      'error: Container "a" is not on network "db"',
      'error: There is no container "nobody"',
      'error: Cannot connect container "h" to network "db"',
      "cause: it has the host's network",
      'error: Container "a" does not run',
    ]);
  }, 20_000);
});

test.skipIf(!AS_ROOT)("an ordinary user hears of pasta (needs root)", async () => {
  const { err, status } = await call(USER, [NSBOX, "run", "--network", "web", tree(USER), "true"]);
  expect(status).toBe(125);
  expect(err).toContain("`--network pasta`");
  const made = await call(USER, [NSBOX, "net", "create", "web"]);
  expect(made.status).toBe(1);
  expect(made.err).toContain("error: Only root can make a network");
});
