/**
 * A host for tests of networks: a mount and a network namespace of their own, with a /run of their own, so that
 * neither the machine's devices nor its named namespaces nor nsbox's own directory there are touched.
 */
import { CALLER_ENV, call, hostProgram, NSBOX, type Outcome, ROOT } from "./support.ts";
import { tree } from "./trees.ts";

const PLAY = "mount -t tmpfs -o mode=755 none /run && ip link set lo up || exit 99\n";

/**
 * Runs a script of bash there, as root. `$NSBOX` is the executable, `$T` a root filesystem. All that it started
 * is ended with it.
 */
export function onHost(script: string, env: Record<string, string> = {}, timeout?: number): Promise<Outcome> {
  const command = ["unshare", "-mnpf", "--mount-proc", "--kill-child", "--propagation", "private"];
  return call(ROOT, [...command, "bash", "-c", PLAY + script], {
    env: { ...CALLER_ENV, NSBOX, T: tree(ROOT), ...env },
    ...(timeout === undefined ? {} : { timeout }),
  });
}

/**
 * Bash that gives that host an internet: 198.51.100.7 and 2001:db8:7::7, behind a router. Port 80 there answers
 * HTTP with the address of who asks, port 7 echoes UDP; a resolver on the host's loopback calls both example.test.
 */
export const INTERNET = `
mkdir /run/upper /run/work /run/netns
mount -t overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work none /etc
rm -f /etc/resolv.conf; echo "nameserver 127.0.0.53" > /etc/resolv.conf
ip netns add internet; ip link add up0 type veth peer name up1 netns internet
ip addr add 203.0.113.2/24 dev up0; ip addr add 2001:db8:1::2/64 dev up0 nodad; ip link set up0 up
inside="ip -n internet"; $inside link set lo up; $inside link set up1 up
$inside addr add 203.0.113.1/24 dev up1; $inside addr add 2001:db8:1::1/64 dev up1 nodad
$inside addr add 198.51.100.7/32 dev lo; $inside addr add 2001:db8:7::7/128 dev lo nodad
ip route add default via 203.0.113.1; ip -6 route add default via 2001:db8:1::1
dnsmasq --no-daemon --no-resolv --no-hosts --listen-address=127.0.0.53 --bind-interfaces \
  --address=/example.test/198.51.100.7 --address=/example.test/2001:db8:7::7 > /dev/null 2>&1 &
answer='SYSTEM:while read line && [ \${#line} -gt 1 ]; do true; done; echo HTTP/1.0 200; echo; echo $SOCAT_PEERADDR'
ip netns exec internet socat TCP4-LISTEN:80,fork,reuseaddr "$answer" 2> /dev/null &
ip netns exec internet socat TCP6-LISTEN:80,fork,reuseaddr,ipv6only "$answer" 2> /dev/null &
ip netns exec internet socat UDP4-LISTEN:7,fork,bind=198.51.100.7 EXEC:cat &
until ss -lnu | grep -q 127.0.0.53:53 && [ $(ip netns exec internet ss -lntu | grep -cE ":(80|7) ") = 3 ]
do sleep 0.02; done
`;

/** What that needs. */
export const HAS_INTERNET = ["ip", "ss", "dnsmasq", "socat", "curl"].every(hostProgram);

/** Bash that starts an Open vSwitch there; bridges want datapath_type=netdev, which every kernel can do. */
export const SWITCH = `mkdir -p /run/openvswitch /run/ovsdb
ovsdb-tool create /run/ovsdb/conf.db /usr/share/openvswitch/vswitch.ovsschema
ovsdb-server /run/ovsdb/conf.db --remote=punix:/run/openvswitch/db.sock --pidfile --detach --log-file=/run/ovsdb/a 2> /dev/null
ovs-vsctl --no-wait init; ovs-vswitchd --pidfile --detach --log-file=/run/ovsdb/b 2> /dev/null
`;
