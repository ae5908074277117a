/** What the tests of networks share: a program that talks, a root filesystem with it, a server outside. */
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { onHost } from "./net-host.ts";
import { AS_ROOT, compiled, hostProgram, type Outcome, ROOT } from "./support.ts";
import { libraries, newTree } from "./trees.ts";

const TALK = AS_ROOT ? compiled("talk") : undefined;
const PING = hostProgram("ping");
const IP = hostProgram("ip");

/** Why these tests cannot run; undefined where they can. */
export const CANNOT: string | undefined = !AS_ROOT
  ? "networks are root's"
  : TALK === undefined
    ? "there is no compiler with a static libc"
    : IP === undefined
      ? "iproute2 is not there"
      : undefined;

/** Has `nft` and `ping`, for tests that ask them. */
export const HAS_NFT = hostProgram("nft") !== undefined;
export const HAS_PING = PING !== undefined;

let made: string | undefined;

/** A root filesystem with `talk`, `ip` and, where there is one, `ping`. */
function talkTree(): string {
  if (made !== undefined) return made;
  made = newTree(ROOT);
  copyFileSync(TALK!, join(made, "bin/talk"));
  for (const program of [PING, IP]) {
    if (program === undefined) continue;
    for (const file of [program, ...libraries(program)]) {
      const target = join(made, file === program ? `bin/${file.split("/").at(-1)}` : file);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(file, target);
    }
  }
  return made;
}

/** Words that every script may use: n (nsbox), run, up (waits until something answers), out (a command outside). */
const WORDS = `
n() { "$NSBOX" "$@"; }
run() { n run -q --network "$@"; }
addr() { n net inspect --json "$1" | grep -o '"name":"'"$2"'"[^}]*' | grep -o '"address'"$3"'":"[^"]*' | cut -d'"' -f4; }
soon() { local end=$((SECONDS + 10)); until timeout 1 "$@" >/dev/null 2>&1; do test $SECONDS -lt $end || return 1; sleep 0.05; done; }
`;

/**
 * A router namespace between this host and a server at 198.51.100.7 and 2001:db8:7::7; this host is 192.0.2.2
 * and 2001:db8:2::2. \`out COMMAND\` runs on the server.
 */
const OUTSIDE = `
unshare -n sleep 1000 & ROUTER=$!; unshare -n sleep 1000 & SERVER=$!
soon test "$(readlink /proc/$ROUTER/ns/net)" != "$(readlink /proc/self/ns/net)"; soon test "$(readlink /proc/$SERVER/ns/net)" != "$(readlink /proc/self/ns/net)"
out() { nsenter -n -t $SERVER "$@"; }
mid() { nsenter -n -t $ROUTER "$@"; }
ip link add wan type veth peer name near netns $ROUTER
mid ip link add far type veth peer name eth netns $SERVER
ip addr add 192.0.2.2/24 dev wan; ip addr add 2001:db8:2::2/64 dev wan nodad; ip link set wan up
mid ip addr add 192.0.2.1/24 dev near; mid ip addr add 2001:db8:2::1/64 dev near nodad; mid ip link set near up
mid ip addr add 198.51.100.1/24 dev far; mid ip addr add 2001:db8:7::1/64 dev far nodad; mid ip link set far up
out ip addr add 198.51.100.7/24 dev eth; out ip addr add 2001:db8:7::7/64 dev eth nodad; out ip link set eth up
mid sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
ip route add default via 192.0.2.1; ip -6 route add default via 2001:db8:2::1
out ip route add 192.0.2.0/24 via 198.51.100.1; out ip -6 route add 2001:db8:2::/64 via 2001:db8:7::1
out "$T/bin/talk" serve 80 & out "$T/bin/talk" hear 53 &
soon "$T/bin/talk" send 198.51.100.7 80 1; soon "$T/bin/talk" send 2001:db8:7::7 80 1
soon "$T/bin/talk" ask 198.51.100.7 53 1; soon "$T/bin/talk" ask 2001:db8:7::7 53 1
`;

/** Runs a script on a host of its own, with \`$T\` as above. \`outside\`: there is a server. */
export const script = (lines: string, outside = false, timeout?: number): Promise<Outcome> =>
  onHost(WORDS + (outside ? OUTSIDE : "") + lines, { T: talkTree() }, timeout);

/**
 * Starts `count` containers on one network at once, which wait for each other. Prints how many the network has, how
 * many addresses are there twice, how many there are, and then how many leases and devices are left.
 */
export const manyAtOnce = (count: number): Promise<Outcome> =>
  script(
    `
    n net create web >/dev/null; mkdir /run/gate
    for i in $(seq ${count}); do
      "$NSBOX" run -q --network web --bind /run/gate:/tmp "$T" bash -c 'ip -o addr show eth0 scope global | grep -o "inet6* [^ ]*"; until test -e /tmp/open; do sleep 0.3; done' >>/run/seen 2>>/run/err &
    done
    for i in $(seq 600); do test "$(wc -l </run/seen)" = ${count * 2} && break; sleep 0.1; done
    n net ls --json | grep -o '"containers":[0-9]*'; sort /run/seen | uniq -d | wc -l; wc -l </run/seen
    touch /run/gate/open; wait; cat /run/err >&2; ls /run/nsbox/networks/web/leases | wc -l
    for i in $(seq 100); do ip -o link | grep -q nsv || break; sleep 0.1; done; ip -o link | grep -c nsv; n net rm web`,
    false,
    90_000,
  );
