/** Names inside a network: of its containers, of others, and the files of /etc that say how. */
import { expect, test } from "bun:test";
import { ABSENT, play, title } from "./net-names.ts";

function check(words: string, script: string, expected: string | readonly string[]): void {
  test.skipIf(ABSENT !== undefined)(
    title(words),
    async () => {
      const { out, err } = await play(script);
      expect({ err, lines: out.trimEnd().split("\n") }).toEqual({
        err: "",
        lines: typeof expected === "string" ? expected.split("\n") : [...expected],
      });
    },
    30_000,
  );
}

const PAIR = `on -d --name zion $T sleep 60 > /dev/null; on -d --name moon -H luna $T sleep 60 > /dev/null`;

check(
  "containers find each other by name, host name and id, by IPv4 and IPv6, UDP and TCP, in letters of any size",
  `${PAIR}; id=$($NSBOX ps -q --filter name=zion)
  short zion; short ZION; short zion.web.nsbox; short Zion.WEB.nsbox.; short +tcp zion; short moon; short luna; short $id
  short zion AAAA | sed 's/.*:://'; short -x 10.87.0.2; short +tcp -x 10.87.0.3
  on / getent ahostsv4 moon | awk '{ print $1 }' | uniq; on / getent hosts luna | sed 's/.*:: *//; s/  */ /'`,
  ["10.87.0.2", "10.87.0.2", "10.87.0.2", "10.87.0.2", "10.87.0.2", "10.87.0.3", "10.87.0.3", "10.87.0.2"]
    .concat(["2", "zion.", "luna."])
    .concat(["10.87.0.3", "3 luna.web.nsbox"]),
);

check(
  "of a container's name there is nothing but addresses, and of one that has gone nothing; none of it is asked outside",
  `${PAIR}; odd 127.0.0.1 good
  for type in A AAAA MX TXT HTTPS; do ask zion $type | grep -oE 'status: [A-Z]*|ANSWER: [0-9]' | tr '\\n' ' '; echo; done
  $NSBOX rm -f zion > /dev/null
  ask zion.web.nsbox | grep -o 'status: [A-Z]*'; ask +tcp nobody.nsbox | grep -o 'status: [A-Z]*'
  tail -n +2 /run/odd.127.0.0.1`,
  [
    "status: NOERROR ANSWER: 1 ",
    "status: NOERROR ANSWER: 1 ",
    "status: NOERROR ANSWER: 0 ",
    "status: NOERROR ANSWER: 0 ",
    "status: NOERROR ANSWER: 0 ",
  ].concat(["status: NXDOMAIN", "status: NXDOMAIN"]),
);

check(
  "containers of another network are not found",
  `${PAIR}; $NSBOX net create other > /dev/null
  masq 127.0.0.1 --address=/#/; $NSBOX run -q --network other / $DIG +short zion; ask +short zion.other.nsbox; echo $?`,
  ["0"],
);

check(
  "a container with a user namespace of its own finds others, and one that is connected to a second network finds those too",
  `${PAIR}; $NSBOX net create other > /dev/null; $NSBOX run -q -d --network other --name far $T sleep 60 > /dev/null
  on --map-root / $DIG +short zion; on -d --name both --map-root / sleep 60 > /dev/null; $NSBOX net connect other both > /dev/null
  $NSBOX exec both $DIG +short far; $NSBOX exec both $DIG +short far.other.nsbox; $NSBOX exec both $DIG +short moon`,
  ["10.87.0.2", "10.87.1.2", "10.87.1.2", "10.87.0.3"],
);

check(
  "a container that has ended has no address until it runs again",
  `masq 127.0.0.1 --address=/#/; ${PAIR}; $NSBOX stop zion > /dev/null; short zion.web.nsbox; $NSBOX restart zion > /dev/null; short zion.web.nsbox`,
  ["10.87.0.2"],
);

check(
  "all other names go to the host's resolver, also where that listens at a loopback address alone",
  `masq 127.0.0.1 --address=/example.test/192.0.2.7 --address=/example.test/2001:db8::7 --txt-record=long.test,$(printf 'x%.0s' $(seq 200)),$(printf 'y%.0s' $(seq 200)),$(printf 'z%.0s' $(seq 200)),$(printf 'w%.0s' $(seq 200)),$(printf 'v%.0s' $(seq 200)),$(printf 'u%.0s' $(seq 200)),$(printf 't%.0s' $(seq 200))
  short example.test; short example.test AAAA; short +tcp example.test; short +noedns www.example.test
  ask +tcp long.test TXT | grep -c vvvv; ask +bufsize=512 long.test TXT | grep -c uuuu; ask +ignore +bufsize=512 long.test TXT | grep -o 'flags: qr[^;]*'
  on / getent ahostsv4 example.test | head -n 1 | awk '{ print $1 }'; on / getent hosts nobody.invalid; echo $?`,
  ["192.0.2.7", "2001:db8::7", "192.0.2.7", "192.0.2.7", "1", "1", "flags: qr aa tc rd ra", "192.0.2.7", "2"],
);

check(
  "a change of the host's resolv.conf is heeded while the container runs",
  `masq 127.0.0.1 --address=/example.test/192.0.2.1; masq 127.0.0.2 --address=/example.test/192.0.2.2
  on -d --name zion / sleep 60 > /dev/null; pid=$($NSBOX inspect zion | grep -m 1 '"pid"' | tr -dc 0-9)
  look() { nsenter -n -t $pid $DIG +short +time=3 +tries=1 @127.0.0.11 example.test; }
  look; sleep 0.02; servers 127.0.0.2; look; sleep 0.02; servers 127.0.0.1; look; sleep 0.02; : > /mnt/resolv.conf; look`,
  ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.1"],
);

check(
  "where a server is silent, refuses or fails the next is asked, and for a while first of all",
  `odd 127.0.0.2 servfail; odd 127.0.0.4 silent; masq 127.0.0.3 --address=/example.test/192.0.2.3
  servers 127.0.0.9 127.0.0.2 127.0.0.3; short example.test; short +tcp example.test
  servers 127.0.0.4 127.0.0.3; on / sh -c "$DIG +short +time=4 +tries=1 example.test; $DIG +short +time=1 +tries=1 example.test"
  servers 127.0.0.2; ask example.test | grep -o 'status: [A-Z]*'; servers 127.0.0.9; ask +tcp example.test | grep -o 'status: [A-Z]*'`,
  ["192.0.2.3", "192.0.2.3", "192.0.2.3", "192.0.2.3", "status: SERVFAIL", "status: SERVFAIL"],
);

check(
  "answers that are another's, or to another question, are passed over, and each question has its own port and id",
  `odd 127.0.0.1 spoof; for i in 1 2 3 4 5 6; do short trusted.test; done
  tail -n +2 /run/odd.127.0.0.1 | cut -d' ' -f 2 | sort -u | wc -l; tail -n +2 /run/odd.127.0.0.1 | cut -d' ' -f 3 | sort -u | wc -l`,
  [...Array.from({ length: 6 }, () => "10.9.9.9"), "6", "6"],
);

check(
  "what only the host may ask of its resolver is not asked for a container",
  `odd 127.0.0.1 good
  for question in 'example.test AXFR' 'example.test IXFR=1' 'version.bind CH TXT' 'servers.bind CH TXT'; do ask +tcp $question | grep -oE 'status: [A-Z]*|Transfer failed'; done
  ask +opcode=UPDATE example.test | grep -o 'status: [A-Z]*'; ask +opcode=NOTIFY example.test | grep -o 'status: [A-Z]*'
  tail -n +2 /run/odd.127.0.0.1`,
  [
    "Transfer failed",
    "Transfer failed",
    "status: REFUSED",
    "status: REFUSED",
    "status: NOTIMP",
    "status: NOTIMP",
  ],
);

check(
  "--dns asks another server, --dns-search and --dns-option are in resolv.conf, and a user's own file wins",
  `masq 127.0.0.1 --address=/example.test/192.0.2.1; masq 127.0.0.2 --address=/example.test/192.0.2.2
  printf 'nameserver 127.0.0.1\\nsearch corp.test lan\\n' > /mnt/resolv.conf
  on --dns 127.0.0.2 / $DIG +short example.test; on / $DIG +short +search example
  on $T cat /etc/resolv.conf; on --dns-search example.test --dns-option timeout:1 --dns-option rotate $T cat /etc/resolv.conf
  on --dns-search . $T cat /etc/resolv.conf; echo mine > /run/mine; on -b /run/mine:/etc/resolv.conf $T cat /etc/resolv.conf
  on --dns none / cat /etc/resolv.conf; on --dns none / $DIG +time=1 +tries=1 @127.0.0.11 example.test | grep -c refused`,
  [
    "192.0.2.2",
    "nameserver 127.0.0.11",
    "search web.nsbox corp.test lan",
    "nameserver 127.0.0.11",
    "search web.nsbox example.test",
    "options timeout:1 rotate",
    "nameserver 127.0.0.11",
    "mine",
    "nameserver 127.0.0.1",
    "search corp.test lan",
    "1",
  ],
);

check(
  "/etc/hosts and /etc/hostname have the container itself, and what was added",
  `on --name zion --rm --add-host db:10.0.0.7 --add-host db:[2001:db8::7] --add-host host:host-gateway $T cat /etc/hosts /etc/hostname | sed 's/fd[0-9a-f:]*::/fd::/'
  on -H moon --add-host db:10.0.0.7 / getent ahostsv4 db | head -n 1`,
  [
    "127.0.0.1\tlocalhost",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    "10.0.0.7\tdb",
    "2001:db8::7\tdb",
    "10.87.0.1\thost",
    "10.87.0.2\tzion",
    "fd::2\tzion",
    "zion",
    "10.0.0.7        STREAM db",
  ],
);

check(
  "with the host's network there is the host's resolv.conf, with another container's network that container's",
  `masq 127.0.0.1 --address=/example.test/192.0.2.1
  $NSBOX run -q --network host $T cat /etc/resolv.conf; $NSBOX run -q --network host --dns 127.0.0.2 --add-host db:10.0.0.7 $T bash -c 'cat /etc/resolv.conf; grep db /etc/hosts'
  on -d --name zion $T sleep 60 > /dev/null; on -d --name moon $T sleep 60 > /dev/null
  $NSBOX run -q --network container:zion / sh -c "cat /etc/resolv.conf; $DIG +short moon; $DIG +short example.test"
  $NSBOX run -q --network none / cat /etc/resolv.conf`,
  [
    "nameserver 127.0.0.1",
    "nameserver 127.0.0.2",
    "10.0.0.7\tdb",
    "nameserver 127.0.0.11",
    "search web.nsbox",
    "10.87.0.3",
    "192.0.2.1",
    "nameserver 127.0.0.1",
  ],
);

check(
  "in a network that leads nowhere names outside do not exist, unless a server is named",
  `odd 127.0.0.1 good; $NSBOX net create --internal cell > /dev/null; $NSBOX run -q -d --network cell --name zion $T sleep 60 > /dev/null
  inside() { $NSBOX run -q --network cell "$@"; }
  inside / $DIG +short zion | sed 's/.*\\.//'; inside / $DIG example.test | grep -o 'status: [A-Z]*'; tail -n +2 /run/odd.127.0.0.1; inside --dns 127.0.0.1 / $DIG +short example.test`,
  ["2", "status: NXDOMAIN", "10.9.9.9"],
);

check(
  "a flood of questions costs little memory, and a sound one is answered afterwards",
  `odd 127.0.0.1 silent; cat > /run/flood.py <<'END'
import os, socket
server = ("127.0.0.11", 53)
for number in range(3000):
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.sendto(os.urandom(2) + b"\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0" + b"\\6a%05d\\4test\\0\\0\\1\\0\\1" % number, server)
    client.sendto(os.urandom(number % 1500), server)
calls = [socket.create_connection(server) for _ in range(16)]
for call in calls:
    call.sendall(b"\\xff\\xff" + b"x" * 100)
END
  on -d --name zion / sleep 60 > /dev/null; pid=$($NSBOX inspect zion | grep -m 1 '"pid"' | tr -dc 0-9)
  nsenter -n -t $pid $PYTHON /run/flood.py; helper=$(pgrep -x nsbox-net)
  awk '/^VmRSS/ { print ($2 < 2048 ? "small" : $2) }' /proc/$helper/status; ls /proc/$helper/fd | wc -l | awk '{ print ($1 < 320) }'
  nsenter -n -t $pid $DIG +short +time=1 +tries=3 @127.0.0.11 zion; nsenter -n -t $pid $DIG +tcp +short +time=3 +tries=3 @127.0.0.11 zion`,
  ["small", "1", "10.87.0.2", "10.87.0.2"],
);
