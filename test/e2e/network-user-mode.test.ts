/** Networks by pasta and slirp4netns. Judges: a server in another namespace, ip, /proc. */
import { describe, expect, test } from "bun:test";
import { HAS_INTERNET, INTERNET, onHost } from "./net-host.ts";
import { AS_ROOT, hostProgram, USER } from "./support.ts";

const MODES = ["pasta", "slirp4netns"].filter(hostProgram);
const PEOPLE = [
  ["root", ""],
  ["an ordinary user", `env XDG_RUNTIME_DIR=/run/session ${USER.prefix.join(" ")}`],
] as const;
/** Containers are kept in a session of this host, not in /tmp, which is every test's. */
const SESSION = `install -d -m 700 -o ${USER.uid} -g ${USER.uid} /run/session\n`;

/** Processes of either program: none where all are gone. */
const LEFT = "left() { ps -e -o comm= | grep -cE '^(pasta|passt|slirp4netns)' || true; }\n";
const on = (script: string) => onHost(INTERNET + SESSION + LEFT + script);

describe.skipIf(!AS_ROOT || !HAS_INTERNET || MODES.length < 2)(
  "nsbox run --network (needs root, pasta, slirp4netns, ip, dnsmasq, socat and curl)",
  () => {
    describe.each(PEOPLE)("by %s", (_, who) => {
      test.each(MODES)("%s reaches the outside by name and number, over TCP and UDP", async (mode) => {
        const { out, err } = await on(
          `${who} $NSBOX run -q --network ${mode} / sh -c '
            curl -s http://198.51.100.7/; curl -s -4 http://example.test/; echo ping | socat -t1 - UDP4:198.51.100.7:7
            ip -br link | cut -d" " -f1; curl -s -m 2 http://127.0.0.53:53/ > /dev/null || echo $?'; left`,
        );
        const lines = ["203.0.113.2", "203.0.113.2", "ping", "lo", "eth0", "7", "0"];
        expect({ out, err }).toEqual({ out: `${lines.join("\n")}\n`, err: "" });
      });

      test.each(MODES)(
        "%s publishes TCP and UDP ports on the addresses named, and on no other",
        async (mode) => {
          const { out } = await on(
            `${who} $NSBOX run -q --network ${mode} --publish 8080:80 --publish 203.0.113.2:8081:81 \\
            --publish 8082:82/udp / sh -c 'socat TCP6-LISTEN:80,fork SYSTEM:"echo one" &
            socat UDP4-LISTEN:82,fork EXEC:cat & exec socat TCP4-LISTEN:81,fork SYSTEM:"echo two"' &
          ask() { socat -T1 -t0.5 - TCP:$1 < /dev/null 2> /dev/null; }
          until [ "$(ask 127.0.0.1:8080)" = one ] && [ "$(ask 203.0.113.2:8081)" = two ]; do sleep 0.05; done
          for at in 127.0.0.1:8080 [::1]:8080 203.0.113.2:8080 127.0.0.1:8081 203.0.113.2:8081; do echo $at $(ask $at); done
          until [ "$answer" = three ]; do answer=$(echo three | socat -t0.3 - UDP4:127.0.0.1:8082); done; echo $answer
          until [ "$answer" = four ]; do answer=$(echo four | socat -t0.3 - UDP6:[::1]:8082); done; echo $answer`,
          );
          expect(out).toBe(
            "127.0.0.1:8080 one\n[::1]:8080 one\n203.0.113.2:8080\n127.0.0.1:8081\n203.0.113.2:8081 two\nthree\nfour\n",
          );
        },
      );

      test.each(MODES)("%s ends with its container, also where the monitor is killed", async (mode) => {
        const { out } = await on(
          `${who} $NSBOX run -q --network ${mode} / sleep 60 & nsbox=$!
          until pgrep -x sleep > /dev/null; do sleep 0.02; done; left | grep -cv 0
          kill -9 $nsbox; wait $nsbox 2> /dev/null; for i in $(seq 100); do [ $(left) = 0 ] && break; sleep 0.05; done; left
          ${who} $NSBOX run -q -d --name web --network ${mode} / sleep 60 > /dev/null; left | grep -cv 0
          ${who} $NSBOX stop -t 1 web > /dev/null; left; ${who} $NSBOX restart web > /dev/null; left | grep -cv 0
          ${who} $NSBOX rm -f web > /dev/null; left`,
        );
        expect(out).toBe("1\n0\n1\n0\n1\n0\n");
      });
    });

    test.each(MODES)("%s brings IPv6, from the first command on", async (mode) => {
      const { out } = await on(`$NSBOX run -q --network ${mode} / curl -s -m 3 -6 http://example.test/`);
      expect(out).toBe("[2001:0db8:0001:0000:0000:0000:0000:0002]\n");
    });

    test("names are looked up where one says, and those that were added are found", async () => {
      const { out } = await on(
        `$NSBOX run -q --network pasta --dns 192.0.2.1 --dns-search a.test --add-host db:10.0.0.7 -H zion / sh -c '
          cat /etc/resolv.conf; getent ahostsv4 db | head -1; getent ahostsv4 zion | head -1' | tr -s " "`,
      );
      expect(out).toBe("nameserver 192.0.2.1\nsearch a.test\n10.0.0.7 STREAM db\n127.0.1.1 STREAM zion\n");
    });

    test("pasta shows the command who connects from elsewhere", async () => {
      const { out } = await on(
        `$NSBOX run -q --network pasta --publish 0.0.0.0:8080:80 / socat TCP4-LISTEN:80,fork 'SYSTEM:echo $SOCAT_PEERADDR' &
        until [ -n "$a" ]; do a=$(ip netns exec internet socat -t1 - TCP4:203.0.113.2:8080 < /dev/null 2> /dev/null); done; echo $a`,
      );
      expect(out).toBe("203.0.113.1\n");
    });

    test("a port that is taken is an error with the program's words, and nothing runs", async () => {
      for (const [mode, at] of MODES.flatMap((each) => [
        [each, "127.0.0.1"],
        [each, "203.0.113.2"],
      ])) {
        const { out, err } = await on(
          `socat TCP4-LISTEN:8080,bind=${at} SYSTEM:true & until ss -lnt | grep -q :8080; do :; done
          $NSBOX run -q --network ${mode} --publish ${at}:8080:80 / echo ran; echo $?; left`,
        );
        expect(out).toBe("125\n0\n");
        expect(err).toMatch(
          mode === "pasta" && at !== "127.0.0.1" ? /^pasta: Failed to bind/m : /Cannot publish port/,
        );
      }
    });

    test.each(MODES)("%s ends where a later step fails", async (mode) => {
      const { out } = await on(
        `$NSBOX run -q --network ${mode} / no-such-command 2> /dev/null; echo $?; left
        $NSBOX run -q --network ${mode} -w /no-such-directory / true 2> /dev/null; echo $?; left
        $NSBOX run -q -d --name web --network ${mode} / no-such-command 2> /dev/null; echo $?; left; ls /run/nsbox/undo`,
      );
      expect(out).toBe("127\n0\n125\n0\n127\n0\n");
    });

    test("what it cannot do is said before anything is made", async () => {
      for (const [option, message] of [
        ["--ip 10.0.0.5", /needs a network of nsbox's own/],
        ["--share net", /contradicts "--share net"/],
        ["--add-host x:host-gateway", /the host itself is out of reach/],
      ] as const) {
        const { out, err } = await on(`$NSBOX run -q --network pasta ${option} / echo ran; echo $?`);
        expect(out).toBe("125\n");
        expect(err).toMatch(message);
      }
    });

    test("takes slirp4netns where pasta is missing, and names the packages where both are", async () => {
      const hide = (name: string) => `mount --bind /run/empty $(readlink -f $(command -v ${name}));`;
      const { out, err } = await on(
        `touch /run/empty; ${hide("pasta")} $NSBOX run --network pasta / ip -br link show dev eth0 | cut -d' ' -f1
        ${hide("slirp4netns")} $NSBOX run --network pasta / echo ran; $NSBOX run --network slirp4netns / echo ran`,
      );
      expect(out).toBe("eth0\n");
      expect(err).toStartWith("note: There is no pasta here (package passt): slirp4netns does it");
      expect(err.match(/neither pasta nor slirp4netns is there/g)?.length).toBe(2);
      expect(err).toContain("apt-get install passt");
    });
  },
);
