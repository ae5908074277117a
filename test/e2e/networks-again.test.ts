/** Networks that a container was put on while it ran, in its later lives. Judges: ip inside, and who answers. */
import { describe, expect, test } from "bun:test";
import { CANNOT, script } from "./network-host.ts";

const reason = CANNOT === undefined ? "" : ` (${CANNOT})`;

/** A container "a" on web, and one on db that answers. */
const BOTH = `
n net create web >/dev/null; n net create db >/dev/null
n run -q -d --name b --network db "$T" talk hear 5300 >/dev/null; B=$(addr db b 4)
see() { n exec a sh -c 'ip -o addr show "$0" scope global | grep -o "inet6* [^ ]*"; cat /sys/class/net/$0/address' $1; }
pid() { sed -n "s/^$1 \\([0-9]*\\) .*/\\1/p" /run/nsbox/containers/$(readlink /run/nsbox/names/a)/status; }
`;

describe.skipIf(CANNOT !== undefined)(`net connect and later lives${reason}`, () => {
  test("after a restart it is on the network again, with the same addresses", async () => {
    const { out, err } = await script(`${BOTH}
      n run -q -d --name a --network web "$T" sleep 60 >/dev/null
      n net connect db a --ip 10.87.1.77; see eth0 >/run/0; see eth1 >/run/1; cat /run/1
      for i in 1 2; do n restart -t 0 a >/dev/null; see eth0 | diff /run/0 -; see eth1 | diff /run/1 -; n exec a talk ask $B 5300 again; done
      n exec a ip -o route show default | wc -l; n net inspect --json db | grep -o '"name":"a"'
      n net disconnect db a; n restart -t 0 a >/dev/null; n exec a ls /sys/class/net; n rm -f a b
      ls /run/nsbox/networks/*/leases; ip -o link | grep -c nsv`);
    expect({ out: out.replace(/inet6 fd.*/, "inet6"), err }).toEqual({
      out: `inet 10.87.1.77/24\ninet6\n0a:58:0a:57:01:4d\n${"10.87.1.77 again\n".repeat(2)}1\n"name":"a"\neth0\nlo\na\nb\n/run/nsbox/networks/db/leases:\n\n/run/nsbox/networks/web/leases:\n0\n`,
      err: "",
    });
  }, 30_000);

  test("so it is where a restart policy starts it, and where the run had no network", async () => {
    const { out, err } = await script(`${BOTH}
      n run -q -d --name a --restart always "$T" sleep 60 >/dev/null
      n net connect db a; see eth0 >/run/0; kill -9 $(pid pid)
      soon "$NSBOX" exec a talk ask $B 5300 x; see eth0 | diff /run/0 - && echo same; n exec a ip -o route show default | wc -l
      ip link del $(n net inspect --json db | grep -o 'nsb[0-9a-f]*' | head -1); n restart -t 0 a >/dev/null; see eth0 | diff /run/0 - && echo anew
      n rm -f a b`);
    expect({ out, err }).toEqual({ out: "same\n1\nanew\na\nb\n", err: "" });
  }, 30_000);

  test("kill -9 of all that is nsbox's leaves nothing that gc does not take back, and net rm -f takes it off", async () => {
    const { out, err } = await script(`${BOTH}
      n run -q -d --name a --network web "$T" sleep 60 >/dev/null
      n net connect db a; n restart -t 0 a >/dev/null; see eth1 | grep -c .
      kill -9 $(pid supervisor) $(pid monitor); soon sh -c '! "$NSBOX" exec a true'
      n gc >/dev/null; for i in $(seq 100); do test $(ip -o link | grep -c nsv) = 1 && break; sleep 0.05; done; ip -o link | grep -c nsv
      n rm -f b >/dev/null; n net rm db; n net rm -f db; n restart a; n exec a ls /sys/class/net; n rm -f a; n net rm web`);
    expect({ out, err: err.match(/cause: .*/g) }).toEqual({
      out: "3\n1\ndb\na\neth0\nlo\na\nweb\n",
      err: ["cause: these are on it: a"],
    });
  }, 30_000);

  test("where it cannot be put on again the start fails, names that, and leaves nothing", async () => {
    const { out, err } = await script(`${BOTH}
      n run -q -d --name a --network web "$T" sleep 60 >/dev/null
      n net connect db a; sed -i 's/index=nsb[0-9a-f]*/index=nobody/' /run/nsbox/containers/$(readlink /run/nsbox/names/a)/networks
      n restart -t 0 a; for i in $(seq 100); do test $(ip -o link | grep -c nsv) = 1 && break; sleep 0.05; done; ip -o link | grep -c nsv
      n net disconnect db a; n restart a; n rm -f a b`);
    expect({ out, err: err.match(/(error|cause): .*/g)?.slice(0, 2) }).toEqual({
      out: "1\na\na\nb\n",
      err: [
        "error: Cannot connect to the networks that the container was put on while it ran",
        expect.stringContaining("cause: the network's bridge is gone"),
      ],
    });
  }, 30_000);
});
