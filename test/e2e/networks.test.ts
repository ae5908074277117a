/** Containers on networks of nsbox's own: they talk to each other, and to the outside. */
import { describe, expect, test } from "bun:test";
import { CANNOT, HAS_PING, script } from "./network-host.ts";

const reason = CANNOT === undefined ? "" : ` (${CANNOT})`;

describe.skipIf(CANNOT !== undefined)(`networks${reason}`, () => {
  test("two containers reach each other by address: TCP and UDP, IPv4 and IPv6", async () => {
    const { out, err } = await script(`
      n net create web; n run -q -d --name a --network web "$T" talk serve 80 >/dev/null
      n run -q -d --name u --network web "$T" talk hear 5300 >/dev/null
      for v in 4 6; do
        A=$(addr web a $v) U=$(addr web u $v); soon "$T/bin/talk" send $A 80 1; soon "$T/bin/talk" ask $U 5300 up
        run web --ip 10.87.0.9 "$T" talk send $A 80 100000 | sed "s/^fd.*::/P6::/"
        run web --ip 10.87.0.9 "$T" talk ask $U 5300 hello | sed "s/^fd.*::/P6::/"
      done`);
    const lines = out.split("\n");
    const [count, sum] = lines[1]!.split(" ");
    expect(err).toBe("");
    expect(lines.slice(1, -1)).toEqual([
      `${count} ${sum}`,
      `10.87.0.9 100000 ${sum}`,
      "10.87.0.9 hello",
      `${count} ${sum}`,
      `P6::9 100000 ${sum}`,
      "P6::9 hello",
    ]);
  }, 20_000);

  test.skipIf(!HAS_PING)(
    "they answer pings, which needs no right inside (needs ping)",
    async () => {
      const { out } = await script(`
      n net create web >/dev/null; n run -q -d --name a --network web "$T" sleep 60 >/dev/null
      for v in 4 6; do run web "$T" ping -c 1 $(addr web a $v) | grep -o '1 received'; done
      run web --user 1000 "$T" ping -c 1 $(addr web a 4) | grep -o '1 received'
      run web --map-root "$T" ping -c 1 $(addr web a 4) | grep -o '1 received'
      ping -c 1 $(addr web a 4) | grep -o '1 received'`);
      expect(out).toBe("1 received\n".repeat(5));
    },
    20_000,
  );

  test("1 GiB goes through without a loss", async () => {
    const { out, err } = await script(`
      n net create web >/dev/null; n run -q -d --name a --network web "$T" talk serve 80 >/dev/null
      A=$(addr web a 4); soon "$T/bin/talk" send $A 80 1
      run web "$T" talk send $A 80 1073741824`);
    expect(err).toBe("");
    const [sent = "", received = ""] = out.split("\n");
    expect(sent).toStartWith("1073741824 ");
    expect(received.split(" ").slice(1).join(" ")).toBe(sent);
  }, 60_000);

  test("a server outside sees the host's address, and its answers come back", async () => {
    const { out, err } = await script(
      `n net create web >/dev/null
      for to in 198.51.100.7 2001:db8:7::7; do
        run web "$T" talk send $to 80 1000 | tail -1 | cut -d' ' -f1,2
        run web "$T" talk ask $to 53 hello
      done`,
      true,
    );
    expect({ out, err }).toEqual({
      out: "192.0.2.2 1000\n192.0.2.2 hello\n2001:db8:2::2 1000\n2001:db8:2::2 hello\n",
      err: "",
    });
  }, 20_000);

  test("nothing comes in from outside, and nothing leaves an internal network", async () => {
    const { out } = await script(
      `n net create web >/dev/null; n net create db --internal >/dev/null
      n run -q -d --name a --network web "$T" talk serve 80 >/dev/null
      n run -q -d --name b --network db "$T" talk serve 80 >/dev/null
      A=$(addr web a 4) B=$(addr db b 4); soon "$T/bin/talk" send $A 80 1; soon "$T/bin/talk" send $B 80 1
      mid ip route add 10.87.0.0/16 via 192.0.2.2; out ip route add 10.87.0.0/16 via 198.51.100.1
      out "$T/bin/talk" send $A 80 1 >/dev/null 2>&1; echo in $?
      run db "$T" talk send 198.51.100.7 80 1 >/dev/null 2>&1; echo out $?
      run db "$T" talk send $B 80 1 >/dev/null; echo within $?
      run web "$T" talk send $B 80 1 >/dev/null 2>&1; echo across $?
      run db "$T" talk send $A 80 1 >/dev/null 2>&1; echo back $?`,
      true,
    );
    expect(out).toMatch(/^in [1-9]\d*\nout [1-9]\d*\nwithin 0\nacross [1-9]\d*\nback [1-9]\d*\n$/);
  }, 30_000);

  test("the host's devices pass nothing else on than before", async () => {
    const { out } = await script(
      `unshare -n sleep 100 & OTHER=$!
      soon test "$(readlink /proc/$OTHER/ns/net)" != "$(readlink /proc/self/ns/net)"
      ip link add lan type veth peer name eth netns $OTHER; ip addr add 203.0.113.1/24 dev lan; ip link set lan up
      nsenter -n -t $OTHER sh -c 'ip addr add 203.0.113.2/24 dev eth; ip link set eth up; ip route add default via 203.0.113.1'
      nsenter -n -t $OTHER "$T/bin/talk" serve 80 &
      mid ip route add 203.0.113.0/24 via 192.0.2.2; out ip route add 203.0.113.0/24 via 198.51.100.1
      soon "$T/bin/talk" send 203.0.113.2 80 1; echo before
      out "$T/bin/talk" send 203.0.113.2 80 1 >/dev/null 2>&1; echo $?
      n net create web >/dev/null; cat /proc/sys/net/ipv4/conf/{wan,lan,all}/forwarding
      out "$T/bin/talk" send 203.0.113.2 80 1 >/dev/null 2>&1; echo $?
      n net rm web >/dev/null; cat /proc/sys/net/ipv4/conf/{wan,lan,all}/forwarding`,
      true,
    );
    expect(out).toMatch(/^before\n[1-9]\d*\n1\n0\n0\n[1-9]\d*\n0\n0\n0\n$/);
  }, 30_000);
});
