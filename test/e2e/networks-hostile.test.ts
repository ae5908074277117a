/** Networks and their state where somebody means harm. */
import { describe, expect, test } from "bun:test";
import { CANNOT, HAS_NFT, script } from "./network-host.ts";

const reason = CANNOT === undefined ? "" : ` (${CANNOT})`;

describe.skipIf(CANNOT !== undefined)(`hostile networks${reason}`, () => {
  test("a FIFO among the files of a network is waited for by nobody", async () => {
    const { out, err } = await script(
      `n net create web >/dev/null; n net create db >/dev/null
      mkfifo -m 600 /run/nsbox/networks/web/next
      timeout -s KILL 5 "$NSBOX" run -q --network web "$T" true; echo $?
      mkdir -pm 700 /run/nsbox/undo; mkfifo -m 600 /run/nsbox/undo/abcdefabcdef
      timeout -s KILL 5 "$NSBOX" run -q --network db "$T" true; echo $?
      timeout -s KILL 5 "$NSBOX" gc >/dev/null; echo $?`,
    );
    expect({ out, err }).toEqual({
      out: "0\n0\n1\n",
      err: 'error: Cannot take back all that "/run/nsbox/undo/abcdefabcdef" lists\n',
    });
  }, 30_000);

  test("the host's resolv.conf may be a FIFO, or have no end, when a network is made", async () => {
    const { out, err } = await script(
      `mkdir /run/upper /run/work; mount -t overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work none /etc
      rm -f /etc/resolv.conf; mkfifo /etc/resolv.conf; timeout -s KILL 5 "$NSBOX" net create a
      rm /etc/resolv.conf; ln -s /dev/zero /etc/resolv.conf; timeout -s KILL 5 "$NSBOX" net create b`,
    );
    expect({ out, err }).toEqual({ out: "a\nb\n", err: "" });
  }, 30_000);

  test("a FIFO is no network namespace, and is not waited for", async () => {
    const { out, err } = await script(
      `mkdir /run/netns; mkfifo /run/netns/pipe
      timeout -s KILL 5 "$NSBOX" netns exec pipe true 2>/dev/null; echo $?
      timeout -s KILL 5 "$NSBOX" run -q -N pipe "$T" true 2>/dev/null; echo $?`,
    );
    expect({ out, err }).toEqual({ out: "125\n125\n", err: "" });
  }, 30_000);

  test.skipIf(!HAS_NFT)(
    "a container that may change its addresses sends nothing out under a stranger's",
    async () => {
      const { out } = await script(
        `mid nft 'table ip t { chain c { type filter hook prerouting priority -300; ip saddr 203.0.113.9 counter; }; }'
        mid nft 'table ip6 t { chain c { type filter hook prerouting priority -300; ip6 saddr 2001:db8:9::9 counter; }; }'
        n net create web >/dev/null
        run web --cap-add NET_ADMIN "$T" bash -c 'talk ask 198.51.100.7 53 own
          ip addr add 203.0.113.9/32 dev eth0; ip route replace default via $(ip route | grep -o "via [^ ]*" | cut -c5-) src 203.0.113.9
          ip -6 addr add 2001:db8:9::9/128 dev eth0 nodad; ip -6 route replace default via $(ip -6 route | grep -o "via [^ ]*" | cut -c5-) dev eth0 src 2001:db8:9::9
          talk ask 198.51.100.7 53 x 2>/dev/null; talk ask 2001:db8:7::7 53 x 2>/dev/null' 
        mid nft list ruleset | grep -o 'packets [0-9]*'`,
        true,
      );
      expect(out).toBe("192.0.2.2 own\npackets 0\npackets 0\n");
    },
    30_000,
  );
});
