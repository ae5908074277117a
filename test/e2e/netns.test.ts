/** Named network namespaces. Judges: ip-netns(8), mountinfo, inode numbers. */
import { describe, expect, test } from "bun:test";
import { onHost } from "./net-host.ts";
import { AS_ROOT, hostProgram, run, USER } from "./support.ts";
import { tree } from "./trees.ts";

const IP = hostProgram("ip");
const STRACE = hostProgram("strace");
const MODE = "stat -c '%a %F' /run/netns/";

describe.skipIf(!AS_ROOT || IP === undefined)("nsbox netns (needs root and ip)", () => {
  test("makes what ip makes: the same file, the same shared mounts, the same empty network", async () => {
    const look = (name: string) => `${MODE}${name}; ip -n ${name} -br link
      sed -n 's/.* \\(\\S* \\/run\\/netns\\S* \\S*\\) \\(shared\\).*- \\(\\S*\\) .*/\\1 \\2 \\3/p' /proc/self/mountinfo |
        sed 's/net:.[0-9]*.\\|^.netns//; s/${name}$/NAME/; s/${name} /NAME /'; stat -c %a /run/netns`;
    const ours = await onHost(`$NSBOX netns add one; ${look("one")}`);
    const theirs = await onHost(`ip netns add two; ${look("two")}`);
    expect(ours).toEqual(theirs);
    expect(ours.out).toContain("lo               DOWN");
  });

  test("and ip list, enter and remove each other's", async () => {
    const { out, err } = await onHost(`set -e
      $NSBOX netns add ours; ip netns add theirs; $NSBOX netns add second
      ip netns list | sort | tr '\\n' ' '; $NSBOX netns ls | cut -d' ' -f1 | tr '\\n' ' '; echo
      ip netns exec ours readlink /proc/self/ns/net; $NSBOX netns exec ours readlink /proc/self/ns/net
      ip netns exec theirs readlink /proc/self/ns/net; $NSBOX netns exec theirs readlink /proc/self/ns/net
      stat -c 'net:[%i]' /run/netns/ours /run/netns/theirs
      ip netns del ours; $NSBOX netns rm theirs second; ls /run/netns; grep -c nsfs /proc/self/mountinfo || true`);
    const [names, ...rest] = out.trimEnd().split("\n");
    expect(err.replace(/^note: Could not be read.*\n/gm, "")).toBe("");
    expect(names).toBe("ours second theirs NAME ours second theirs ");
    const [a, b, c, d, ours, theirs, mounts] = rest;
    expect([a, b, c, d, mounts]).toEqual([ours!, ours!, theirs!, theirs!, "0"]);
  });

  test("exec gives the world that ip netns exec gives: /sys, mounts, /etc/netns, environment", async () => {
    const { out, err } = await onHost(
      `mkdir /run/u /run/w; mount -t overlay -o lowerdir=/etc,upperdir=/run/u,workdir=/run/w none /etc
      mkdir -p /etc/netns/a /run/other; echo "nameserver 192.0.2.1" > /etc/netns/a/resolv.conf
      echo linked > /etc/netns/a/linked; echo no > /run/other/file; ln -s ../run/other/file /etc/linked
      ip netns add a; ip -n a link add v0 type veth peer name v1
      look() { "$@" bash -c 'ls /sys/class/net | tr "\\n" " "; cat /etc/resolv.conf /etc/linked
        cut -d" " -f4-6,9- /proc/self/mountinfo | grep -v -e "- nsfs" | sed "s/master:[0-9]*/master/g" | grep -E "/sys|/etc|/run" | sort
        id -u; grep CapEff /proc/self/status; pwd; echo $COLOUR; mount -t tmpfs none /run/other'; cat /run/other/file; }
      COLOUR=green look ip netns exec a > /run/theirs; COLOUR=green look $NSBOX netns exec a > /run/ours
      diff /run/theirs /run/ours && head -2 /run/ours; grep -c " /sys " /run/ours`,
    );
    expect({ out, err }).toEqual({
      out: "lo v0 v1 nameserver 192.0.2.1\nlinked\n1\n",
      err: "",
    });
  });

  test("exec hands on the command's status as nsbox exec does, and leaves its dashes alone", async () => {
    const { out, err } = await onHost(`$NSBOX netns add a
      $NSBOX netns exec a sh -c 'exit 7'; echo $?; $NSBOX netns exec a -- sh -c 'kill -9 $$'; echo $?
      $NSBOX netns exec a no-such-command; echo $?; $NSBOX netns exec a /etc/passwd; echo $?
      $NSBOX netns exec nope true; echo $?; $NSBOX netns exec a; echo $?; $NSBOX netns exec a echo --json -v -- x`);
    expect(out).toBe("7\n137\n127\n126\n125\n125\n--json -v -- x\n");
    expect(err).toContain('Command "no-such-command" not found');
    expect(err).toContain(
      '"/run/netns/nope" is not there; there are a\n  hint:  `nsbox netns add nope` makes it',
    );
  });

  test("attach names the network of a process, and ls says who uses which", async () => {
    const { out, err } = await onHost(
      `unshare -n sleep 60 & until [ "$(cat /proc/$!/comm)" = sleep ]; do :; done
      $NSBOX netns attach web $!; stat -c %i /run/netns/web; readlink /proc/$!/ns/net
      $NSBOX netns add idle; touch /run/netns/broken; $NSBOX netns ls -q; $NSBOX netns ls --json -q
      $NSBOX netns attach web 1; $NSBOX netns attach gone 999999; kill $!`,
    );
    const [inode, link, ...lines] = out.trimEnd().split("\n");
    expect(link).toBe(`net:[${inode}]`);
    expect(lines.slice(0, 4).map((line) => line.replace(/ +/g, " ").replace(/\d{3,}/, "ID"))).toEqual([
      "NAME NETNS PROCESSES USERS",
      "broken - - is no network namespace",
      "idle ID 0 -",
      expect.stringMatching(/^web ID 1 \d+ sleep$/),
    ]);
    const json = JSON.parse(lines[4]!) as { name: string; id: number | null; processes: number[] }[];
    expect(json.map(({ name, id, processes }) => [name, id === Number(inode), processes.length])).toEqual([
      ["broken", false, 0],
      ["idle", false, 0],
      ["web", true, 1],
    ]);
    expect(err).toContain('"/run/netns/web" is there already');
    expect(err).toContain("there is no process 999999");
  });

  test("refuses names that are none, and what is there already, and makes nothing", async () => {
    const { out, err } = await onHost(
      `for name in ../a a/b . .. "" $(printf %0256d 1); do $NSBOX netns add "$name"; echo $?; done; ls -A /run
      $NSBOX netns add $(printf %0255d 1) && ip netns del $(printf %0255d 1)
      $NSBOX netns add a; $NSBOX netns add a; echo $?; ip netns add a; touch /run/netns/file; echo x > /run/netns/data
      $NSBOX netns rm nope file data; echo $?; ls /run/netns; $NSBOX netns del a; $NSBOX netns list -q | grep -c a; $NSBOX netns ad b`,
    );
    expect(out).toBe(`${"2\n".repeat(6)}1\n1\na\ndata\n1\n`);
    expect(err).toContain("it is longer than 255 bytes");
    expect(err).toContain('"/run/netns/data" is no namespace, and no empty file');
    expect(err).toContain('Did you mean "add"');
    expect(err.match(/^error:/gm)?.length).toBe(10);
  });

  test.skipIf(STRACE === undefined)(
    "leaves nothing half-made wherever it is killed, and keeps what was whole (needs strace)",
    async () => {
      const { out } = await onHost(
        `for call in flock:when=2 mount:when=2 mount:when=3 faccessat:when=1 unshare:when=1 setns:when=1; do
          rm -rf /run/nsbox; umount -l /run/netns 2> /dev/null
          strace -f -qq -o /dev/null -e trace=\${call%%:*} -e inject=\${call%:*}:signal=KILL:\${call#*:} $NSBOX netns add a 2> /dev/null
          echo $call $?; $NSBOX netns ls -q | sed -E 's/  *[0-9]{5,} */ /'; find /run/nsbox/undo -type f; $NSBOX netns rm a 2> /dev/null
        done 2> /dev/null`,
      );
      const words = out.trimEnd().split("\n");
      const whole = ["setns:when=1 137", "NAME NETNS PROCESSES USERS", "a 0 -"];
      expect(words.slice(-3).map((line) => line.replace(/ +/g, " "))).toEqual(whole);
      const half = words.slice(0, -3);
      expect(half.length).toBe(5);
      for (const line of half) expect(line).toEndWith(" 137");
    },
  );

  test("-N joins one by its name, as it is and below a user namespace of the container's own", async () => {
    const { out, err } = await onHost(`$NSBOX netns add net1; stat -c 'net:[%i]' /run/netns/net1
      $NSBOX run -q -N net1 $T sh -c 'readlink /proc/self/ns/net'
      $NSBOX run -q -U -m -p -N net1 $T sh -c 'readlink /proc/self/ns/net; id -u'
      name=$(printf %0200d 1); ip netns add $name; $NSBOX run -q -N $name $T true && echo long`);
    const [inode, ...links] = out.trimEnd().split("\n");
    expect({ links, err }).toEqual({ links: [inode!, inode!, "0", "long"], err: "" });
  });
});

test("-N names the file that is missing and how it is made, and refuses names that are too long", async () => {
  const missing = await run(USER, ["-N", "no-such-name", tree(USER), "true"]);
  expect([missing.out, missing.status]).toEqual(["", 125]);
  expect(missing.err).toContain('"/run/netns/no-such-name"');
  expect(missing.err).toContain("`nsbox netns add no-such-name` makes it, and `nsbox netns ls`");
  const long = await run(USER, ["-N", "x".repeat(300), tree(USER), "true"]);
  expect(long.status).toBe(125);
  expect(long.err).toContain("longer than 255 bytes");
});
