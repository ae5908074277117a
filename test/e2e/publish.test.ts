/** Published ports: what comes to the host's port comes to the container's, whole, and goes back. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { onHost } from "./net-host.ts";
import { AS_ROOT, hostProgram } from "./support.ts";

const FIXTURES = join(import.meta.dir, "fixtures");
const PYTHON = hostProgram("python3");
const ABSENT = !AS_ROOT ? "needs root" : PYTHON === undefined ? "needs python3" : undefined;
const title = (words: string) => (ABSENT === undefined ? words : `${words} (${ABSENT})`);

const PORTS =
  "--publish 8080-8086:80-86 --publish 9090:90/udp --publish 0.0.0.0:9091:90/udp --publish 8099:99 --publish [::]:9090:86";

/** A network, the server as container "zion", and a client: `talk WHAT ADDRESS PORT`. */
const SERVER = (families: string, options = PORTS) => `
  $NSBOX net create web > /dev/null
  serve() { $NSBOX run -d --network web ${options} "$@" / $PYTHON ${FIXTURES}/peer-server.py ${families} > /dev/null; }
  talk() { $PYTHON ${FIXTURES}/peer-client.py "$@"; }
  listening() { for _ in $(seq 200); do $NSBOX logs zion | grep -q listening && return; sleep 0.02; done; echo "no server" >&2; }
  serve --name zion; listening`;

const play = (script: string) => onHost(script, { PYTHON: PYTHON ?? "" });
const ENDS = `$NSBOX rm -f zion > /dev/null; ss -Hlntu | wc -l`;

function check(words: string, script: () => string, expected: string, seconds = 20): void {
  test.skipIf(ABSENT !== undefined)(
    title(words),
    async () => {
      const { out, err } = await play(script());
      expect({ out: out.trimEnd(), err }).toEqual({ out: expected, err: "" });
    },
    seconds * 1000,
  );
}

check(
  "a port is reached at both loopback addresses, and is free when the container is gone",
  () => `${SERVER("4 6")}
    talk echo 127.0.0.1 8080; talk echo ::1 8080; talk first 127.0.0.1 8086; ${ENDS}`,
  "100000\n100000\n10.87.0.1\n0",
);

for (const [family, other] of [
  ["4", "IPv6"],
  ["6", "IPv4"],
] as const) {
  check(
    `a program inside that listens by IPv${family} alone is reached by ${other}, TCP and UDP`,
    () => `${SERVER(family)}
      for a in 127.0.0.1 ::1; do talk echo $a 8080; talk datagrams $a 9090 | cut -d' ' -f 2- | sort | uniq -c; done; ${ENDS}`,
    `100000\n      5 True True\n100000\n      5 True True\n0`,
  );
}

check(
  "1 GiB comes in without loss",
  () => `${SERVER("4 6")}; talk upload 127.0.0.1 8081; ${ENDS}`,
  "True\n0",
  30,
);

check(
  "1 GiB goes out without loss",
  () => `${SERVER("4 6")}; talk download ::1 8082; ${ENDS}`,
  "True True\n0",
  30,
);

check(
  "300 connections at once are kept apart",
  () => `${SERVER("4 6")}; talk many 127.0.0.1 8080; ${ENDS}`,
  "300\n0",
);

check(
  "who has said all still hears the other, either way round",
  () => `${SERVER("4 6")}; talk half 127.0.0.1 8083; sleep 0.3; $NSBOX logs zion | tail -n 1; ${ENDS}`,
  "hi\nended after 1000000\n0",
);

check(
  "a reset is handed on, behind what was said before it, and a port where nobody listens resets",
  () => `${SERVER("4 6")}
    talk reset 127.0.0.1 8083; sleep 0.3; $NSBOX logs zion | tail -n 1
    talk listen_for_reset ::1 8084; talk listen_for_reset 127.0.0.1 8099; ${ENDS}`,
  "reset after 1000\ndone reset\nreset\n0",
);

check(
  "who does not read holds up who writes, and costs the helper no memory; others are served meanwhile",
  () => `${SERVER("4 6")}
    talk stall 127.0.0.1 8085 & sleep 0.5; talk echo 127.0.0.1 8080; wait
    helper=$(pgrep -x nsbox-net); awk '/^VmRSS/ { print ($2 < 1024 ? "small" : $2) }' /proc/$helper/status; ${ENDS}`,
  "100000\nTrue True\nsmall\n0",
);

check(
  "datagrams of every size go both ways, and the answer comes from the address that was asked",
  () => `${SERVER("4 6")}
    for a in 127.0.0.1 ::1; do talk datagrams $a 9090; done; talk datagrams 127.0.0.2 9091
    talk datagrams 10.87.0.1 9091; talk sessions 127.0.0.1 9090; ${ENDS}`,
  [
    ...["65507", "65487", "65507", "65507"].flatMap((most) =>
      ["0", "1", "1000", "60000", most].map((size) => `${size} True True`),
    ),
    "700",
    "0",
  ].join("\n"),
);

check(
  "the helper has no capability, no way to run or to trace anything, and nobody may look into it",
  () => `${SERVER("4 6")}
    helper=$(pgrep -x nsbox-net)
    grep -E '^(CapEff|CapPrm|CapInh|CapAmb|NoNewPrivs|Seccomp):' /proc/$helper/status | tr '\\t' ' '
    setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace readlink /proc/$helper/exe || echo closed
    ls -l /proc/$helper/fd | awk 'NR > 1 { print $NF }' | sed 's/:.*//' | sort | uniq -c | tr -s ' '
    ${ENDS}`,
  [
    "CapInh: 0000000000000000",
    "CapPrm: 0000000000000000",
    "CapEff: 0000000000000000",
    "CapAmb: 0000000000000000",
    "NoNewPrivs: 1",
    "Seccomp: 2",
    "closed",
    " 3 /dev/null",
    " 2 anon_inode",
    " 22 socket",
    "0",
  ].join("\n"),
);

check(
  "a killed helper is replaced, and nobody who comes afterwards notices",
  () => `${SERVER("4 6")}
    for i in 1 2 3; do kill -KILL $(pgrep -x nsbox-net); sleep 0.2; talk echo 127.0.0.1 8080; done; ${ENDS}`,
  "100000\n100000\n100000\n0",
);

check(
  "a killed monitor takes the helper along, and the port is free",
  () => `${SERVER("4 6", "--publish 8080:80")}
    monitor=$($NSBOX inspect zion | grep -m 1 '"monitor"' | tr -dc 0-9); kill -KILL $monitor
    for _ in $(seq 100); do pgrep -x nsbox-net -r S,R > /dev/null || break; sleep 0.02; done
    pgrep -x nsbox-net -r S,R; ss -Hlnt | wc -l; ${ENDS}`,
  "0\n0",
);

check(
  "the port is the same one after each restart of the command",
  () => `$NSBOX net create web > /dev/null
    $NSBOX run -d --name zion --restart always --network web --publish 8086:86 / $PYTHON ${FIXTURES}/peer-server.py 4 > /dev/null
    for i in 1 2; do
      for _ in $(seq 300); do $PYTHON ${FIXTURES}/peer-client.py first 127.0.0.1 8086 2> /dev/null | grep . && break; sleep 0.02; done
      kill -KILL $($NSBOX inspect zion | grep -m 1 '"pid"' | tr -dc 0-9); sleep 0.1
    done
    $NSBOX stop zion > /dev/null; ss -Hlnt | wc -l; $NSBOX restart zion > /dev/null; ss -Hlnt | wc -l; ${ENDS}`,
  "10.87.0.1\n10.87.0.1\n0\n2\n0",
);
