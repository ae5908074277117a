/** Namespaces that are joined. Judge: readlink of /proc/self/ns inside, and of the target's outside. */
import { describe, expect, test } from "bun:test";
import { readFileSync, readlinkSync } from "node:fs";
import { KINDS, type KindName } from "../../src/ns/kinds.ts";
import { AS_ROOT, call, forEveryone, NSBOX, type Person, ROOT, run, start, USER } from "./support.ts";
import { programBelow } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

/** Another container: its sleeping process, until `body` is done. */
async function withContainer(
  who: Person,
  options: readonly string[],
  body: (pid: number, link: (kind: KindName) => string) => Promise<void>,
): Promise<void> {
  const process = start(who, [NSBOX, "run", "-q", ...options, tree(who), "sleep", "60"]);
  const pid = await programBelow(process.pid, "sleep");
  try {
    await body(pid, (kind) => readlinkSync(`/proc/${pid}/ns/${kind}`));
  } finally {
    process.kill("SIGTERM");
    await process.exited;
  }
}

const NAMES: readonly KindName[] = KINDS.map(({ name }) => name);
const LINKS = `for k in ${NAMES.join(" ")}; do readlink /proc/self/ns/$k; done`;
const outside = NAMES.map((name) => readlinkSync(`/proc/self/ns/${name}`));

/** What the command is in, by kind. */
async function insideOf(who: Person, ...args: string[]): Promise<{ links: string[]; err: string }> {
  const { out, err } = await run(who, ["-q", ...args, "sh", "-c", LINKS]);
  return { links: out.trim().split("\n"), err };
}

describe.skipIf(!AS_ROOT)("root joins (needs root)", () => {
  test.each(NAMES.filter((name) => !["user", "mnt"].includes(name)))(
    "a %s namespace by process and by path",
    async (kind) => {
      await withContainer(ROOT, [], async (pid, link) => {
        for (const target of [`${pid}`, `/proc/${pid}/ns/${kind}`]) {
          const { links, err } = await insideOf(ROOT, "--join", `${kind}=${target}`, tree(ROOT));
          expect({ joined: links[NAMES.indexOf(kind)], err }).toEqual({ joined: link(kind), err: "" });
          // All others are made, the user namespace is the host's.
          const same = NAMES.filter((_, at) => links[at] === outside[at]);
          expect(same).toEqual(["user"]);
        }
      });
    },
  );

  test("a mount namespace, and its root is the command's", async () => {
    await withContainer(ROOT, [], async (pid, link) => {
      const joins = ["--join", `mnt=${pid}`, "--join", `pid=${pid}`];
      const { links, err } = await insideOf(ROOT, ...joins, "/");
      expect(err).toBe("");
      expect(links[NAMES.indexOf("mnt")]).toBe(link("mnt"));
      const { out } = await run(ROOT, [...joins, "/", "ls", "/"]);
      expect(out).toBe((await run(ROOT, [tree(ROOT), "ls", "/"])).out);
    });
  });

  test("a mount namespace together with a new user namespace", async () => {
    await withContainer(ROOT, [], async (pid, link) => {
      const { links } = await insideOf(ROOT, "-U", "--join", `mnt=${pid}`, "--join", `pid=${pid}`, "/");
      expect(links[NAMES.indexOf("mnt")]).toBe(link("mnt"));
      expect(links[NAMES.indexOf("user")]).not.toBe(outside[NAMES.indexOf("user")]);
    });
  });

  test("a PID namespace, where the command is not PID 1 and sees the other processes", async () => {
    await withContainer(ROOT, [], async (pid) => {
      const { out } = await run(ROOT, [
        "--join",
        `pid=${pid}`,
        tree(ROOT),
        "sh",
        "-c",
        "echo $$; cat /proc/1/comm",
      ]);
      const [own, first] = out.trim().split("\n");
      expect(Number(own)).toBeGreaterThan(1);
      expect(first).toBe("sleep");
    });
  });

  test("what another's user namespace owns, with or without joining that", async () => {
    await withContainer(USER, [], async (pid, link) => {
      const joins = ["--join", `net=${pid}`, "--join", `ipc=${pid}`];
      const plain = await insideOf(ROOT, ...joins, tree(ROOT));
      const whole = await insideOf(ROOT, ...joins, "--join", `user=${pid}`, tree(ROOT));
      for (const { links, err } of [plain, whole]) {
        expect(err).toBe("");
        expect(links[NAMES.indexOf("net")]).toBe(link("net"));
      }
      expect(plain.links[NAMES.indexOf("user")]).toBe(outside[NAMES.indexOf("user")]!);
      expect(whole.links[NAMES.indexOf("user")]).toBe(link("user"));
    });
  });

  test("a copy of a mount namespace, in which what is mounted does not reach it", async () => {
    await withContainer(ROOT, [], async (pid, link) => {
      const before = readFileSync(`/proc/${pid}/mountinfo`, "utf8");
      const { links } = await insideOf(
        ROOT,
        "--join",
        `mnt=${pid}:copy`,
        "--join",
        `pid=${pid}`,
        "--tmpfs",
        "/bin/..",
        "/",
      );
      expect(links).toEqual([""]);
      const { out, err } = await run(ROOT, [
        ..."-q --tmpfs /tmp".split(" "),
        ...["--join", `mnt=${pid}:copy`, "--join", `pid=${pid}`],
        ...["/", "sh", "-c", "readlink /proc/self/ns/mnt; grep -c ' /tmp ' /proc/self/mountinfo"],
      ]);
      expect(err).toBe("");
      const [mnt, mounted] = out.trim().split("\n");
      expect(mnt).not.toBe(link("mnt"));
      expect(Number(mounted)).toBeGreaterThan(0);
      expect(readFileSync(`/proc/${pid}/mountinfo`, "utf8")).toBe(before);
    });
  });

  test("a network namespace by the name that ip-netns gave it", async () => {
    const script = `mount -t tmpfs none /run/netns 2>/dev/null || { mkdir -p /run/netns; mount -t tmpfs none /run/netns; }
      ip netns add blue && "$@" && stat -c %i /run/netns/blue`;
    const words = [NSBOX, "run", "-q", "-N", "blue", tree(ROOT), "sh", "-c", "readlink /proc/self/ns/net"];
    const { out, err } = await call(ROOT, ["unshare", "-m", "sh", "-c", script, "sh", ...words]);
    const [link = "", inode = ""] = out.trim().split("\n");
    expect({ link, err }).toEqual({ link: `net:[${inode}]`, err: "" });
  });
});

describe("joining", () => {
  test("an ordinary user joins the own container, and nobody else's", async () => {
    await withContainer(USER, [], async (pid, link) => {
      const { links, err } = await insideOf(
        USER,
        "--join",
        `user=${pid}`,
        "--join",
        `net=${pid}`,
        newTree(USER),
      );
      expect(err).toBe("");
      expect(links[NAMES.indexOf("user")]).toBe(link("user"));
      expect(links[NAMES.indexOf("net")]).toBe(link("net"));
      const alone = await run(USER, ["--join", `net=${pid}`, tree(USER), "echo", "ran"]);
      expect(alone.out).toBe("");
      const owner = link("user");
      expect(alone.err).toContain(`it is owned by user namespace ${owner}, made by uid ${USER.uid}`);
      expect(alone.err).toContain(`--join user=${pid}`);
    });
  });

  test.skipIf(!AS_ROOT)(
    "an ordinary user is told why root's namespaces stay closed (needs root)",
    async () => {
      await withContainer(ROOT, [], async (pid) => {
        const { out, err, status } = await run(USER, ["--join", `net=${pid}`, tree(USER), "echo", "ran"]);
        expect({ out, status }).toEqual({ out: "", status: 125 });
        expect(err).toMatch(/may not be opened\b/);
      });
    },
  );

  forEveryone((who) => {
    test.each([
      [["-n", "--join", "net=1"], /to be made \("-n"\) and joined/],
      [["--share", "net", "--join", "net=1"], /to be shared and joined/],
      [["--join", "net=1", "--join", "net=2"], /Two network namespaces/],
      [["--join", "net=1", "-N", "blue"], /Two network namespaces/],
      [["--join", "nett=1"], /Unknown kind of namespace "nett".*\n.*Did you mean "net"/],
      [["--join", "net"], /takes KIND=PATH or KIND=PID/],
      [["--join", "net="], /takes a path or a process id/],
      [["--join", "net=1:copy"], /only a mount namespace can be copied/],
      [["--join", "net=/etc/passwd"], /it is no namespace/],
      [["--join", "net=/proc/self/ns/uts"], /it is a UTS namespace/],
      [["--join", "net=999999999"], /there is no process 999999999/],
      [["-N", "no-such-name"], /no network namespace is named "no-such-name"/],
      [["-N", "../../etc/passwd"], /takes the name of a network namespace/],
      [["-H", "zion", "--join", "uts=1"], /needs a UTS namespace of the command's own/],
    ] as const)("is refused before anything runs for %p", async (options, message) => {
      const { out, err, status } = await run(who, [...options, tree(who), "echo", "ran"]);
      expect({ out, status }).toEqual({ out: "", status: 125 });
      expect(err).toMatch(message);
    });

    test("a mount namespace wants ROOTFS to be / and mounts nothing", async () => {
      const root = await run(who, ["--join", "mnt=1", tree(who), "echo", "ran"]);
      expect(root.err).toMatch(/ROOTFS must be "\/"/);
      const mounts = await run(who, ["--join", "mnt=1", "--tmpfs", "/tmp", "/", "echo", "ran"]);
      expect(mounts.err).toMatch(/would appear in the other container/);
      expect([root.out, mounts.out]).toEqual(["", ""]);
    });
  });
});
