/**
 * Namespaces that outlive their processes. The host is played by a mount and a network namespace of their own,
 * with all mounts shared, as systemd has them. Judges: mountinfo, inode numbers, nsenter, ip, packets.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  AS_ROOT,
  CALLER_ENV,
  call,
  compiled,
  hostProgram,
  NSBOX,
  ROOT,
  run,
  SCRATCH,
  USER,
} from "./support.ts";
import { newTree, tree } from "./trees.ts";

const PING = compiled("ping-once");
const OLD_KERNEL = compiled("old-kernel");
// On one processor the kernel numbers mount namespaces in the order in which they are made: see csrc/persist.c.
const CPU = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
const HOST = ["taskset", "-c", CPU, "unshare", "-mn", "--propagation", "private", "bash", "-c"];
const PLAY = `mount --make-rshared / && mount -t tmpfs none /run && mkdir /run/netns && ip link set lo up
left() { (cd /run && find nsbox -mindepth 1 ! -name containers ! -name names ! -name undo 2> /dev/null)
  grep -c -F -e nsfs -e "\${D// /\\\\040}" /proc/self/mountinfo || true; ls -dA "$D" "$D"/* 2> /dev/null || true; }
`;

let count = 0;

/** Runs `script` there; `$D` is a directory that is not there yet, `$T` a root filesystem. */
const onHost = (script: string, root = tree(ROOT), more: Record<string, string> = {}) =>
  call(ROOT, [...HOST, PLAY + script], {
    env: { ...CALLER_ENV, NSBOX, D: join(SCRATCH, `ns ${++count}`), T: root, ...more },
  });

/** What `left` prints where nothing is: no file, no mount. */
const NOTHING = "0\n";

const KEPT = ["cgroup", "ipc", "mnt", "net", "pid", "time", "uts"];

describe.skipIf(!AS_ROOT)("nsbox run --ns-dir (needs root)", () => {
  test.skipIf(PING === undefined || hostProgram("ip") === undefined)(
    "keeps a network that an interface is moved into, and packets go both ways (needs a C compiler and ip)",
    async () => {
      const { out, err, status } = await onHost(
        `set -e
        mkdir "$D"; $NSBOX run --ns-dir "$D" $T sh -c 'readlink /proc/self/ns/net'
        stat -c 'net:[%i]' "$D/net"
        touch /run/netns/ns; mount --bind "$D/net" /run/netns/ns
        ip netns list; ip netns exec ns ip -br link | cut -d' ' -f1
        ip link add veth0 type veth peer name veth1; ip link set veth1 netns ns
        ip address add 192.168.0.10/24 dev veth0; ip link set veth0 up
        nsenter --net="$D/net" ip address add 192.168.0.11/24 dev veth1
        nsenter --net="$D/net" ip link set veth1 up
        $PING 192.168.0.11; nsenter --net="$D/net" $PING 192.168.0.10; ip netns exec ns $PING 127.0.0.1; echo answered
        umount /run/netns/ns; $NSBOX ns release "$D"; set +e; left`,
        tree(ROOT),
        { PING: PING ?? "" },
      );
      const [link, inode, ...rest] = out.split("\n");
      expect({ err, status }).toEqual({ err: "", status: 0 });
      expect(inode).toBe(link);
      // A DIR that was there stays.
      expect(rest).toEqual(["ns", "lo", "answered", "0", join(SCRATCH, `ns ${count}`), ""]);
    },
  );

  test("binds every kind that the run has for itself, and nothing else, before the command starts", async () => {
    const root = newTree(ROOT);
    const { out } = await onHost(
      `D=$T/ns; $NSBOX run -q -n -i -u x --ns-dir $D $T sh -c 'stat -c "%n %i" /ns/*'
      cd $D; stat -c '/ns/%n %i' *; grep -c nsfs /proc/self/mountinfo; cd /; $NSBOX ns release $D; left`,
      root,
    );
    const lines = out.trim().split("\n");
    expect(lines.slice(0, 3).map((line) => line.split(" ")[0])).toEqual(["/ns/ipc", "/ns/net", "/ns/uts"]);
    expect(lines.slice(3)).toEqual([...lines.slice(0, 3), "3", "0"]);
  });

  test("names namespaces by the inode numbers that the command has seen", async () => {
    const { out } = await onHost(
      `$NSBOX run --ns-dir "$D" $T sh -c 'cd /proc/self/ns; for k in ${KEPT.join(" ")}; do readlink $k; done'
      cd "$D"; stat -c '%n:[%i]' *`,
    );
    const lines = out.trim().split("\n");
    expect(lines.slice(KEPT.length)).toEqual(lines.slice(0, KEPT.length));
    expect(lines.length).toBe(2 * KEPT.length);
  });

  test("keeps a mount namespace whole, with the mount points that the root filesystem lacked", async () => {
    const { out } = await onHost(
      `$NSBOX run --ns-dir "$D" $T true; nsenter --mount="$D/mnt" /bin/ls / /dev/pts`,
      newTree(ROOT, "lean"),
    );
    expect(out.split(/\s+/)).toEqual(expect.arrayContaining(["proc", "dev", "tmp", "ptmx"]));
  });

  test("binds a mount namespace, or says that the kernel refuses to, and binds the others", async () => {
    for (const cpus of CPU === "0" ? ["0", "1"] : [CPU]) {
      const { out, err } = await onHost(
        `taskset -pc ${cpus} $$ > /dev/null 2>&1; $NSBOX run --ns-dir "$D" $T true; ls "$D"
        grep -c nsfs /proc/self/mountinfo; $NSBOX ns release "$D"; left`,
      );
      const kinds = err === "" ? KEPT : KEPT.filter((kind) => kind !== "mnt");
      expect(out).toBe(`${kinds.join("\n")}\n${kinds.length}\n${NOTHING}`);
      if (err !== "") expect(err).toStartWith("note: The mount namespace is not bound: ");
    }
  });

  test("lets nothing appear in other mount namespaces", async () => {
    const { out } = await onHost(
      `unshare -m --propagation slave sleep 20 & until grep -q sleep /proc/$!/comm; do :; done
      $NSBOX run --ns-dir "$D" $T true; grep -c nsfs /proc/self/mountinfo; grep -c nsfs /proc/$!/mountinfo; kill $!`,
    );
    expect(out).toBe(`${KEPT.length}\n0\n`);
  });

  test.skipIf(OLD_KERNEL === undefined)(
    "works without the newer mount calls (needs a C compiler)",
    async () => {
      const { out, err } = await onHost(
        `$OLD $NSBOX run --ns-dir "$D" $T true; grep -c nsfs /proc/self/mountinfo; $NSBOX ns release "$D"; left`,
        tree(ROOT),
        { OLD: OLD_KERNEL ?? "" },
      );
      expect({ out, err }).toEqual({ out: `${KEPT.length}\n${NOTHING}`, err: "" });
    },
  );

  test("leaves nothing where the command cannot be executed", async () => {
    const { out, err } = await onHost('$NSBOX run --ns-dir "$D" $T no-such-command; echo $?; left');
    expect({ out, err: err.split("\n")[0] }).toEqual({
      out: `127\n${NOTHING}`,
      err: expect.stringContaining('Command "no-such-command" not found'),
    });
  });

  test("leaves nothing where there is room for some files only", async () => {
    const { out, err } = await onHost(
      `mkdir "$D"; mount -t tmpfs -o nr_inodes=4 none "$D"; cd /; $NSBOX run --ns-dir "$D/x" $T true; echo $?
      ls -A "$D"; grep -c nsfs /proc/self/mountinfo; ls /run/nsbox`,
    );
    expect(out).toBe("125\n0\n");
    expect(err).toContain("error: Cannot bind namespaces in ");
    expect(err).toContain("(ENOSPC)");
  });

  test("refuses a directory that holds namespaces, nsbox's or another's, and one with other files", async () => {
    const { out, err } = await onHost(
      `$NSBOX run --ns-dir "$D" $T true; $NSBOX run --ns-dir "$D" $T echo ran; $NSBOX ns release "$D"
      mkdir "$D"; mount --bind "$D" "$D"; mount --make-private "$D"; touch "$D/net"; unshare --net="$D/net" true
      $NSBOX run --ns-dir "$D" $T echo ran; umount "$D/net"; umount "$D"
      echo text > "$D/net"; $NSBOX run --ns-dir "$D" $T echo ran; cat "$D/net"; rm "$D/net"; rmdir "$D"
      $NSBOX run --ns-dir "$D/a/b" $T echo ran; left`,
    );
    expect(out).toBe(`text\n${NOTHING}`);
    expect(err.match(/it holds bound namespaces already/g)?.length).toBe(2);
    expect(err).toContain("`nsbox ns release ");
    expect(err).toContain("hint:  They are none of nsbox's: umount ");
    expect(err).toContain('"net" is there already, and is no empty file');
    expect(err).toContain("hint:  mkdir -p ");
  });

  test("is taken back by gc, and by the next run, where the monitor was killed before the command ran", async () => {
    const kill = `mkfifo /run/block; $NSBOX run --ns-dir "$D" --block-fd 9 $T true 9<>/run/block &
      until grep -q -F "\${D// /\\\\040}/cgroup" /proc/self/mountinfo; do sleep 0.01; done
      kill -9 $!; wait $! 2>/dev/null; rm /run/block
    `;
    const { out } = await onHost(
      `${kill} cat /run/nsbox/ns-dirs/* | cut -c1-6; $NSBOX gc | grep -v ^empty; left
      ${kill} $NSBOX run --ns-dir "$D" $T echo ran; $NSBOX gc | grep -v ^empty; $NSBOX ns release "$D"; left`,
    );
    expect(out).toBe(
      `half 1\nhalf-made namespaces ${join(SCRATCH, `ns ${count}`)}\n${NOTHING}ran\n${NOTHING}`,
    );
  });

  test("binds those of a container's new life in place of the old ones", async () => {
    const { out, err } = await onHost(
      `$NSBOX run -d --name a --ns-dir "$D" $T sleep 60 > /dev/null; stat -c %i "$D/net"; $NSBOX restart a > /dev/null
      stat -c 'net:[%i]' "$D/net"; $NSBOX exec a readlink /proc/self/ns/net; $NSBOX rm -f a > /dev/null
      grep -c nsfs /proc/self/mountinfo; $NSBOX ns release "$D"; left`,
    );
    const [first, bound, own, mounts, ...rest] = out.split("\n");
    expect({ err, mounts, rest }).toEqual({ err: "", mounts: `${KEPT.length}`, rest: ["0", ""] });
    expect(bound).toBe(own!);
    expect(bound).not.toBe(`net:[${first}]`);
  });

  test.each([
    [["--join", "user=1"], "contradict each other"],
    [["-U", "--no-map"], "contradict each other"],
    [["-U", "-T", "--boottime", "5"], "contradict each other"],
    [["--share", "mnt,pid,net,uts,ipc,cgroup,time"], "nothing to bind"],
  ])("is refused where it cannot be: %p", async (options, text) => {
    const { err, status } = await run(ROOT, [...options, "--ns-dir", "/tmp/nsbox-no", tree(ROOT), "true"]);
    expect({ err, status }).toEqual({ err: expect.stringContaining(text), status: 125 });
  });
});

describe.skipIf(!AS_ROOT)("nsbox ns (needs root)", () => {
  test("keeps the namespaces of a container by its name, of a process by its number, and lets go", async () => {
    const { out, err } = await onHost(
      `$NSBOX run -d --name a $T sleep 60 > /dev/null; $NSBOX ns keep -q a "$D"; $NSBOX exec a readlink /proc/self/ns/uts
      $NSBOX rm -f a > /dev/null; stat -c 'uts:[%i]' "$D/uts"; ls "$D" | wc -l; $NSBOX ns release "$D"
      unshare -n sleep 60 & until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
      $NSBOX ns keep $! "$D"; readlink /proc/$!/ns/net; kill $!; stat -c 'net:[%i]' "$D"/*
      $NSBOX ns release "$D"; left`,
    );
    const [uts, utsFile, kinds, net, netFile, ...rest] = out.split("\n");
    expect({ err, utsFile, kinds, netFile, rest }).toEqual({
      err: "",
      utsFile: uts!,
      kinds: `${KEPT.length}`,
      netFile: net!,
      rest: ["0", ""],
    });
  });

  test("leaves nothing where it fails half-way", async () => {
    const { out, err } = await onHost(
      `mkdir "$D"; mount -t tmpfs -o nr_inodes=3 none "$D"; unshare -nui sleep 60 &
      until [ "$(readlink /proc/$!/ns/ipc)" != "$(readlink /proc/self/ns/ipc)" ]; do :; done
      $NSBOX ns keep -q $! "$D/x"; ls -A "$D"; grep -c nsfs /proc/self/mountinfo; ls /run/nsbox; kill $!`,
    );
    expect(out).toBe("0\n");
    expect(err).toContain("(ENOSPC)");
  });

  test("releases no directory that nsbox did not bind, and touches nothing there", async () => {
    const { out, err } = await onHost(
      `mkdir "$D"; touch "$D/net"; $NSBOX ns release "$D"; echo $?; ls "$D"; $NSBOX ns release "$D/none"; echo $?`,
    );
    expect(out).toBe("1\nnet\n1\n");
    expect(err.match(/nsbox has bound no namespaces there/g)?.length).toBe(2);
  });

  test("says which words it takes", async () => {
    for (const [words, text] of [
      [[], "Missing a verb"],
      [["kep"], 'Did you mean "keep"?'],
      [["keep", "1"], "keep takes NAME or PID, and DIR"],
      [["release"], "release takes DIR"],
    ] as const) {
      const { err, status } = await call(ROOT, [NSBOX, "ns", ...words]);
      expect({ err, status }).toEqual({ err: expect.stringContaining(text), status: 2 });
    }
  });
});

test("an ordinary user is told before anything starts what right is missing, and what keeps namespaces instead", async () => {
  const directory = join(SCRATCH, "ns user");
  const { out, err, status } = await run(USER, ["--ns-dir", directory, tree(USER), "echo", "ran"]);
  expect({ out, status }).toEqual({ out: "", status: 125 });
  expect(err).toContain("CAP_SYS_ADMIN");
  expect(err).toContain("`nsbox run -d --name keeper ROOTFS sleep infinity`");
});
