/** Who the command is. Judges: the kernel's own /proc inside, and stat of files outside. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NO_SUBORDINATES, SUBORDINATE, withAccounts } from "./accounts.ts";
import { AS_ROOT, forEveryone, type Person, ROOT, run, USER } from "./support.ts";
import { newTree, tree } from "./trees.ts";

const IDS = "grep -E '^(Uid|Gid|Groups):' /proc/self/status | tr -s '\\t ' ' '";

/** A tree of `who`'s with accounts of its own. */
function accountTree(who: Person): string {
  const own = newTree(who);
  mkdirSync(join(own, "etc"));
  writeFileSync(join(own, "etc/passwd"), "root:x:0:0::/root:/bin/sh\nanna:x:1000:2000::/home/anna:/bin/sh\n");
  writeFileSync(join(own, "etc/group"), "root:x:0:\nwheel:x:10:anna,bob\nanna:x:2000:\ndisk:x:6:bob\n");
  return own;
}

const cat = (file: string) => ["sh", "-c", `tr -s ' ' < /proc/self/${file}`];

describe("a user namespace", () => {
  forEveryone((who) => {
    test("maps the caller to root, and denies setgroups exactly where the kernel demands it", async () => {
      const { out } = await run(who, [
        "--map-root",
        tree(who),
        "sh",
        "-c",
        "cat /proc/self/setgroups; tr -s ' ' < /proc/self/uid_map",
      ]);
      expect(out).toBe(`${who.uid === 0 ? "allow" : "deny"}\n 0 ${who.uid} 1\n`);
    });

    test("keeps the caller's ids with --map-current", async () => {
      const { out } = await run(who, ["--map-current", tree(who), ...cat("uid_map")]);
      expect(out).toBe(` ${who.uid} ${who.uid} 1\n`);
      expect((await run(who, ["--map-current", tree(who), "id", "-u"])).out).toBe(`${who.uid}\n`);
    });

    test("maps nothing with --no-map, and the command is nobody without a capability", async () => {
      const inside = "id -u; id -g; cat /proc/self/uid_map; grep CapEff /proc/self/status";
      const { out } = await run(who, ["--no-map", tree(who), "sh", "-c", inside]);
      expect(out).toBe("65534\n65534\nCapEff:\t0000000000000000\n");
    });

    test("maps nothing with --no-map, without mounts and with --new-privs too", async () => {
      for (const options of [["-q", "-U"], ["--new-privs"]]) {
        const { out, err } = await run(who, [...options, "--no-map", tree(who), "id", "-u"]);
        expect({ out, err }).toEqual({ out: "65534\n", err: "" });
      }
    });

    test("takes the caller's own id by -M and -G, as any number inside", async () => {
      const { out } = await run(who, [
        "-M",
        `7 ${who.uid} 1`,
        "-G",
        `4294967294 ${who.uid}`,
        tree(who),
        "sh",
        "-c",
        "id -u; id -g",
      ]);
      expect(out).toBe("7\n4294967294\n");
    });

    test.each([
      [["-M", "0"], /takes "INSIDE OUTSIDE \[LENGTH\]"/],
      [["-M", "0 4294967295 1"], /too large: 4294967294 is the last/],
      [["-M", "0 1 0"], /Invalid length "0"/],
      [["-M", "0 1 x"], /Invalid length "x"/],
      [["-M", "0 5 2,1 9 1"], /maps id 1 inside twice/],
      [["-M", "0 5 2", "-M", "7 6 1"], /maps id 6 outside twice/],
      [["-M", "0 nobodyknows 1"], /Unknown name "nobodyknows".*on this host/],
      [["-M", "nobodyknows 0 1"], /Unknown name "nobodyknows".*in ROOTFS/],
      [["-M", "0 4294967294 2"], /ids end at 4294967294/],
      [["--map-auto", "--map-root"], /contradict each other/],
      [["--map-current", "-M", "0 0 1"], /contradicts "-M" and "-G"/],
      [["--no-map", "--user", "1"], /contradict each other/],
    ] as const)("is not made of %p", async (options, message) => {
      const { out, err, status } = await run(who, [...options, tree(who), "echo", "ran"]);
      expect({ out, status }).toEqual({ out: "", status: 125 });
      expect(err).toMatch(message);
    });
  });

  test.skipIf(!AS_ROOT)(
    "of root's takes several ranges, by commas and by repeating (needs root)",
    async () => {
      const { out } = await run(ROOT, [
        "-M",
        "0 0 1,5 100005 10",
        "-M",
        "4000000000 4100000000 1000",
        tree(ROOT),
        ...cat("uid_map"),
      ]);
      expect(out).toBe(" 0 0 1\n 5 100005 10\n4000000000 4100000000 1000\n");
    },
  );

  test.skipIf(!AS_ROOT)("maps groups as users where only one map is given (needs root)", async () => {
    const inside = "tr -s ' ' < /proc/self/uid_map; tr -s ' ' < /proc/self/gid_map";
    for (const option of ["-M", "-G"]) {
      const { out } = await run(ROOT, [option, "0 100000 65536", tree(ROOT), "sh", "-c", inside]);
      expect(out).toBe(" 0 100000 65536\n 0 100000 65536\n");
    }
  });

  test.skipIf(!AS_ROOT)("takes 340 ranges and names the limit above (needs root)", async () => {
    const ranges = (count: number) => Array.from({ length: count }, (_, i) => `${i * 2} ${i * 2} 1`).join();
    const { out } = await run(ROOT, [
      "-M",
      ranges(340),
      tree(ROOT),
      "sh",
      "-c",
      "wc -l < /proc/self/uid_map",
    ]);
    expect(out).toBe("340\n");
    expect((await run(ROOT, ["-M", ranges(341), tree(ROOT), "true"])).err).toMatch(
      /341 ranges, and the kernel takes 340/,
    );
    const long = Array.from({ length: 340 }, (_, i) => `${i * 2 + 1e9} ${i * 2 + 1e9} 1`).join();
    expect((await run(ROOT, ["-M", long, tree(ROOT), "true"])).err).toMatch(
      /bytes, and the kernel takes 4095/,
    );
  });

  test.skipIf(!AS_ROOT)(
    "is asked for by its name where kinds are named, and not made otherwise (needs root)",
    async () => {
      const { err, status } = await run(ROOT, ["-m", "-M", "0 0 1", tree(ROOT), "true"]);
      expect(status).toBe(125);
      expect(err).toMatch(/need a user namespace.*\n.*hint: {2}Add "-U"/);
    },
  );
});

describe.skipIf(NO_SUBORDINATES !== undefined)(`subordinate ids (${NO_SUBORDINATES ?? "here"})`, () => {
  const user = withAccounts(USER);
  const { first, count } = SUBORDINATE;

  test("are mapped behind the caller by --map-auto, and files may be given to them", async () => {
    const own = newTree(USER);
    const inside = "tr -s ' ' < /proc/self/uid_map; cd /tmp; echo > f; chown 1000 f; stat -c %u f";
    const { out, err } = await run(user, ["--map-auto", own, "sh", "-c", inside]);
    expect({ out, err }).toEqual({ out: ` 0 ${USER.uid} 1\n 1 ${first} ${count}\n1000\n`, err: "" });
    expect(statSync(join(own, "tmp/f")).uid).toBe(first + 999);
  });

  test("may be taken by -M, up to the last one, and leave setgroups allowed", async () => {
    const map = `0 ${first} ${count}`;
    const inside = "tr -s ' ' < /proc/self/uid_map; cat /proc/self/setgroups; id -G";
    const { out } = await run(user, [
      "-M",
      map,
      "-G",
      map,
      "--group-add",
      "65535",
      tree(USER),
      "sh",
      "-c",
      inside,
    ]);
    expect(out).toBe(` 0 ${first} ${count}\nallow\n0 65535\n`);
  });

  test("beyond what the file gives are refused with who, which file and which line", async () => {
    const { out, err } = await run(user, ["-M", `0 ${first} ${count + 1}`, tree(USER), "echo", "ran"]);
    expect(out).toBe("");
    expect(err).toMatch(
      new RegExp(
        `User "tester" may not map.*\\n.*cause: /etc/subuid gives it ${first} to ${first + count - 1}\\n.*add to /etc/subuid: tester:${first}:${count + 1}`,
      ),
    );
  });

  test("that a caller does not have are named with the file and the line to add", async () => {
    const { out, err, status } = await run(withAccounts(USER, "other:900000:65536\n"), [
      "--map-auto",
      tree(USER),
      "echo",
      "ran",
    ]);
    expect({ out, status }).toEqual({ out: "", status: 125 });
    expect(err).toBe(
      'error: User "tester" has no subordinate user ids\n' +
        `  cause: no line of /etc/subuid begins with "tester:" or "${USER.uid}:" (/etc/subgid needs one too)\n` +
        "  hint:  As root, add to /etc/subuid: tester:965536:65536\n",
    );
    // The hint is true.
    const line = /subuid: (.*)\n/.exec(err)![1];
    expect((await run(withAccounts(USER, `${line}\n`), ["--map-auto", tree(USER), "id", "-u"])).out).toBe(
      "0\n",
    );
  });

  test("of root are all that --map-auto maps", async () => {
    const { out } = await run(withAccounts(ROOT), ["--map-auto", tree(ROOT), ...cat("uid_map")]);
    expect(out).toBe(` 0 ${first} ${count}\n`);
  });
});

describe("--user", () => {
  test.skipIf(!AS_ROOT)(
    "takes names and numbers of ROOTFS, with the account's groups (needs root)",
    async () => {
      const own = accountTree(ROOT);
      const ids = async (...options: string[]) => (await run(ROOT, [...options, own, "sh", "-c", IDS])).out;
      const line = (uid: number, gid: number, groups: string) =>
        `Uid: ${uid} ${uid} ${uid} ${uid}\nGid: ${gid} ${gid} ${gid} ${gid}\nGroups: ${groups}\n`;
      expect(await ids("--user", "anna")).toBe(line(1000, 2000, "10 "));
      expect(await ids("--user", "1000")).toBe(line(1000, 2000, "10 "));
      expect(await ids("--user", "anna:disk")).toBe(line(1000, 6, ""));
      expect(await ids("--user", "anna", "--group-add", "disk", "--group-add", "77")).toBe(
        line(1000, 2000, "6 10 77 "),
      );
      expect(await ids("--user", "1234")).toBe(line(1234, 1234, ""));
      expect(await ids("--user", "4294967294:5")).toBe(line(4294967294, 5, ""));
      expect(await ids()).toBe(line(0, 0, ""));
    },
  );

  test.skipIf(!AS_ROOT)("sets HOME to the account's, or / without one (needs root)", async () => {
    const own = accountTree(ROOT);
    const home = async (user: string) =>
      (await run(ROOT, ["--user", user, own, "sh", "-c", "echo $HOME"])).out;
    expect([await home("anna"), await home("1234")]).toEqual(["/home/anna\n", "/\n"]);
  });

  forEveryone((who) => {
    test.each([
      [["--user", "nobodyknows"], /Unknown user "nobodyknows".*\n.*etc\/passwd/],
      [["--user", "0:nobodyknows"], /Unknown group "nobodyknows".*\n.*etc\/group/],
      [["--user", ""], /takes "USER\[:GROUP\]"/],
      [["--user", "1:2:3"], /takes "USER\[:GROUP\]"/],
      [["--user", "4294967295"], /No user has the id 4294967295/],
      [["--map-root", "--user", "5"], /Cannot become user 5\n.*does not map it/],
      [["--map-root", "--user", "0:5"], /Cannot become group 5\n.*does not map it/],
      [["--map-root", "--group-add", "5"], /Cannot become group 5\n.*does not map it/],
    ] as const)("is an error before anything runs for %p", async (options, message) => {
      const { out, err, status } = await run(who, [...options, tree(who), "echo", "ran"]);
      expect({ out, status }).toEqual({ out: "", status: 125 });
      expect(err).toMatch(message);
    });
  });

  forEveryone((who) => {
    test("is looked up in what the command will see: layers, and files bound over", async () => {
      const layer = accountTree(who);
      const name = async (...options: string[]) =>
        (await run(who, [...options, "--user", "anna", tree(who), "true"])).err;
      const refusal = who.uid === 0 ? "" : "error: Cannot become user 1000\n";
      expect(await name("--overlay", "--lower", layer)).toStartWith(refusal);
      expect(await name("-b", `${layer}/etc/passwd:/etc/passwd`)).toStartWith(refusal);
      expect(await name("-b", `${layer}/etc:/etc`)).toStartWith(refusal);
      expect(await name()).toStartWith('error: Unknown user "anna"');
    });
  });

  test("gives devpts its group 5 only where 5 is mapped", async () => {
    const pts = "grep devpts /proc/self/mountinfo";
    const has = async (who: Person, ...options: string[]) =>
      (await run(who, [...options, tree(who), "sh", "-c", `${pts} | cut -d' ' -f10-`])).out.includes("gid=");
    for (const who of [ROOT, USER]) {
      if (who === ROOT && !AS_ROOT) continue;
      expect(await has(who, "--map-root")).toBe(false);
    }
    if (!AS_ROOT) return;
    expect(await has(ROOT)).toBe(true);
    expect(await has(ROOT, "-M", "0 0 10", "-G", "0 0 10")).toBe(true);
  });
});
