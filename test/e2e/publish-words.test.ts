/** What cannot be published is said in words, before anything is made. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { onHost } from "./net-host.ts";
import { AS_ROOT, hostProgram, PEOPLE, run } from "./support.ts";
import { tree } from "./trees.ts";

const CLIENT = join(import.meta.dir, "fixtures/peer-client.py");
const PYTHON = hostProgram("python3") ?? "";

const WORDS = {
  "foo:80:80": "names are not looked up",
  "localhost:80:80": "without an address it is at localhost",
  "*:80:80": "all addresses are 0.0.0.0 and [::]",
  "::1:80:80": "an address of IPv6 stands in brackets",
  "10.0.0.1:80": "it takes [ADDR:]PORT:PORT[/udp]",
  "[::1]:80": "it takes [ADDR:]PORT:PORT[/udp]",
  "[fe80::1%eth0]:80:80": "belongs to one device alone",
  "[10.0.0.1]:80:80": "is no address",
  "10.0.0.1.5:80:80": "is no address",
  "80:80/sctp": '"sctp" is neither tcp nor udp',
  "70000:80": '"70000" is no port',
  "80:0": '"0" is no port',
  "-1:80": '"-1" is no port',
  "8000-8003:80-82": "4 ports of the host for 3 of the container",
  "8003-8000:83-80": "ends before it begins",
  "1-60000:1-60000": "more than 512 ports",
  "80:80:80:80": "it takes [ADDR:]PORT:PORT[/udp]",
  "": "it takes [ADDR:]PORT:PORT[/udp]",
};

const playing = (words: string) => (AS_ROOT ? words : `${words} (needs root)`);

test.skipIf(!AS_ROOT)(playing("words that are no ports are refused, each with its reason"), async () => {
  const lines = Object.keys(WORDS).map(
    (word) => `$NSBOX run --network web --publish '${word}' $T true; echo $?`,
  );
  const { out, err } = await onHost(`$NSBOX net create web > /dev/null; ls -R /run/nsbox > /run/before
    ${lines.join("\n")}
    ls -R /run/nsbox | diff /run/before - && echo nothing made`);
  expect(out).toBe(`${"125\n".repeat(lines.length)}nothing made\n`);
  const errors = err.split("\n").filter((line) => line.startsWith("error: "));
  expect(errors).toHaveLength(lines.length);
  for (const [index, [word, reason]] of Object.entries(WORDS).entries()) {
    expect(errors[index]).toContain(`Invalid "--publish ${word}": `);
    expect(errors[index]).toContain(reason);
  }
});

test("without a network there is no port to publish, and no name to look up", async () => {
  for (const who of PEOPLE) {
    for (const option of ["--publish", "--dns", "--dns-search", "--dns-option", "--add-host"]) {
      const { err, status } = await run(who, [option, "80:80", tree(who), "true"]);
      expect({ status, err }).toEqual({
        status: 125,
        err: expect.stringContaining(`Option "${option}" needs a network`),
      });
    }
  }
});

test.skipIf(!AS_ROOT || PYTHON === "")(
  playing("who has the port already is named: a process, or a container"),
  async () => {
    const { out, err } = await onHost(
      `$NSBOX net create web > /dev/null
      $PYTHON ${CLIENT} bind 127.0.0.1 8080 | cat > /run/bound & pid=$(until pgrep -f "bind 127" | head -n 1 | grep .; do sleep 0.02; done)
      until grep -qs bound /run/bound; do sleep 0.02; done
      $NSBOX run --network web --publish 8080:80 $T true; echo $?
      $NSBOX run --network web --publish 0.0.0.0:8080:80 $T true; echo $?
      $NSBOX run --network web -d --name zion --publish 8081:80/udp $T sleep 60 > /dev/null; echo $?
      $NSBOX run --network web --publish 8081:80 $T echo another protocol
      $NSBOX run --network web --publish 8081:81/udp $T true; echo $?
      $NSBOX run --network web --publish [::]:8081:81/udp $T true; echo $?
      $NSBOX run --network web --publish 198.51.100.1:8081:81 $T true; echo $?
      $NSBOX run --network web --publish 8082:80 --publish 8082:80 $T true; echo $?
      setpriv --bounding-set=-net_bind_service --inh-caps=-net_bind_service $NSBOX run --network web --publish 81:80 $T true; echo $?
      ls /run/nsbox/networks/web/leases | wc -l`,
      { PYTHON },
    );
    expect(out).toBe("125\n125\n0\nanother protocol\n125\n125\n125\n125\n125\n1\n");
    const lines = err.split("\n");
    const causes = lines.filter((line) => line.startsWith("  cause:"));
    expect(lines.filter((line) => line.startsWith("error:"))).toEqual([
      "error: Cannot publish port 127.0.0.1:8080",
      "error: Cannot publish port 0.0.0.0:8080",
      "error: Cannot publish UDP port 127.0.0.1:8081",
      "error: Cannot publish UDP port [::]:8081",
      "error: Cannot publish port 198.51.100.1:8081",
      "error: Port 127.0.0.1:8082/tcp is published twice",
      "error: Cannot publish port 127.0.0.1:81",
    ]);
    expect(causes.map((cause) => cause.replace(/\d+ \(/, "N (").replace(/;.*/, ""))).toEqual([
      "  cause: process N (python3) has it",
      "  cause: process N (python3) has it",
      "  cause: container zion has published it",
      "  cause: container zion has published it",
      "  cause: no device of the host has the address 198.51.100.1",
      "  cause: ports below 1024 need CAP_NET_BIND_SERVICE",
    ]);
    expect(err).toContain("--publish 8081:80");
  },
);

test.skipIf(!AS_ROOT)(playing("a port that nobody named is chosen, printed, and kept"), async () => {
  const { out, err } = await onHost(`$NSBOX net create web > /dev/null
    $NSBOX run --network web -d --name zion --publish 80 --publish 127.0.0.1:0:90/udp $T sleep 60 > /dev/null
    $NSBOX ps | grep -o 'localhost.*/udp'; $NSBOX ps --json | grep -o '"ports":[^]]*'
    $NSBOX inspect zion | tr -d '\\n ' | grep -o '"ports":[^]]*'; ss -Hlntu | wc -l
    $NSBOX run --network web -q --publish 80 $T true`);
  const [, tcp, udp] =
    /^note: Published: localhost:(\d+)->80\/tcp, 127.0.0.1:(\d+)->90\/udp\n$/.exec(err) ?? [];
  const words = [`localhost:${tcp}->80/tcp`, `127.0.0.1:${udp}->90/udp`];
  const json = `"ports":["${words.join('","')}"`;
  expect(out).toBe(`${words.join(", ")}\n${json}\n${json}\n3\n`);
});
