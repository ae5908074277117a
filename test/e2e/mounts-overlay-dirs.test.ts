/** Overlays whose changes are kept, and layers with owners. Judges: files outside, stat inside. */
import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostDirectory } from "./mountinfo.ts";
import { AS_ROOT, forEveryone, ROOT, run, SCRATCH, USER } from "./support.ts";
import { newTree, tree } from "./trees.ts";

const MAP = ["-q", "-U", "-m", "-p", "-M", "0 100000 65536", "-G", "0 100000 65536"];

describe("--overlay-dir", () => {
  test.skipIf(!AS_ROOT)(
    "is an error where UPPER or WORK cannot be written to, and names both (needs root)",
    async () => {
      const cases = [
        { who: USER, options: [], owner: ROOT, mapped: USER.uid },
        { who: ROOT, options: MAP, owner: ROOT, mapped: 100_000 },
      ];
      for (const { who, options, owner, mapped } of cases) {
        const host = hostDirectory(who, "upper", "work");
        for (const name of ["upper", "work"]) chownSync(join(host, name), owner.uid, owner.uid);
        const dirs = ["--overlay-dir", `${host}/upper:${host}/work`];
        const { out, err, status } = await run(who, [...options, ...dirs, tree(who), "echo", "ran"]);
        expect([out, status]).toEqual(["", 125]);
        expect(err).toContain(`UPPER "${host}/upper" (of user ${owner.uid})`);
        expect(err).toContain(`WORK "${host}/work" (of user ${owner.uid})`);
        expect(err).toContain(`chown -R ${mapped}:${mapped} `);
        const item = `type=overlay,target=/tmp,lowerdir=/etc,upperdir=${host}/upper,workdir=${host}/work`;
        const mounted = await run(who, [...options, "--mount", item, tree(who), "echo", "ran"]);
        expect([mounted.out, mounted.err]).toEqual([
          "",
          expect.stringContaining("overlayfs cannot write to UPPER"),
        ]);
      }
    },
  );

  forEveryone((who) => {
    test("keeps no file of --file, but the directories and links that were asked for", async () => {
      const host = hostDirectory(who, "upper", "work");
      const words = ["--overlay-dir", `${host}/upper:${host}/work`, "--file", "secret:/made/file"];
      const made = [...words, "--dir", "/made/dir", "--symlink", "dir:/made/link", tree(who)];
      expect((await run(who, [...made, "cat", "/made/file"])).out).toBe("secret");
      expect(readdirSync(join(host, "upper/made")).sort()).toEqual(["dir", "file", "link"]);
      expect(readFileSync(join(host, "upper/made/file"), "utf8")).toBe("");
    });

    test("is an error where its directories and layers are not apart, and names them", async () => {
      const own = newTree(who);
      const host = hostDirectory(who, "one", "one/below", "upper", "work", "tree");
      mkdirSync(join(own, "tmp/upper"));
      chmodSync(join(own, "tmp/upper"), 0o777);
      const wrong: [string[], RegExp][] = [
        [["--overlay-dir", `${own}/tmp/upper:${host}/work`], /UPPER ".*" lies in ROOTFS/],
        [["--overlay-dir", `${host}/upper:${host}/upper`], /WORK ".*" is the same directory as UPPER/],
        [
          ["--lower", `${host}/one`, "--lower", `${host}/one`],
          /Layer ".*one" is the same directory as layer/,
        ],
        [["--lower", `${host}/one`, "--lower", `${host}/one/below`], /Layer ".*below" lies in layer ".*one"/],
        [["--lower", `${own}/bin`], /Layer ".*bin" lies in ROOTFS/],
      ];
      for (const [words, part] of wrong) {
        const { out, err, status } = await run(who, [...words, own, "echo", "ran"]);
        expect([words, out, status, err]).toEqual([words, "", 125, expect.stringMatching(part)]);
      }
      const root = await run(who, ["--lower", SCRATCH, "/", "true"]);
      expect([root.status, root.err]).toEqual([125, expect.stringContaining("error: ")]);
    });

    test("takes the work directory that an earlier run has left", async () => {
      const host = hostDirectory(who, "upper", "work");
      const words = ["--overlay-dir", `${host}/upper:${host}/work`, tree(who), "echo", "ran"];
      for (let count = 0; count < 2; count++) expect((await run(who, words)).out).toBe("ran\n");
      expect(readdirSync(join(host, "work"))).toEqual(["work"]);
    });
  });
});

describe("an overlay", () => {
  test("with --propagation slave is an error: nothing could come in", async () => {
    for (const root of [["--overlay", tree(USER)], ["none"]]) {
      const { err, status } = await run(USER, ["--propagation", "slave", ...root, "true"]);
      expect([status, err]).toEqual([125, expect.stringContaining("-b SRC:DST:slave")]);
    }
  });

  test.skipIf(!AS_ROOT)("tells an ordinary user whose tree it is (needs root)", async () => {
    const own = newTree(USER);
    chownSync(own, 0, 0);
    const note = "note: ROOTFS belongs to user 0";
    expect((await run(USER, ["--overlay", own, "true"])).err).toContain(note);
    expect((await run(USER, ["-q", "--overlay", own, "true"])).err).toBe("");
    expect((await run(USER, ["--overlay", newTree(USER), "true"])).err).toBe("");
  });

  test.skipIf(!AS_ROOT)(
    "has the owners of every layer mapped where those of ROOTFS are (needs root)",
    async () => {
      const layers = ["one", "two"].map((name) => {
        const host = hostDirectory(ROOT);
        writeFileSync(join(host, name), name);
        return host;
      });
      const words = [...MAP, ...layers.flatMap((path) => ["--lower", path])];
      const look = ["stat", "-c", "%u %g", "/one", "/two", "/bin"];
      for (const more of [[], ["--overlay"], ["--file", "text:/tmp/file"]]) {
        const { out, err } = await run(ROOT, [...words, ...more, tree(ROOT), ...look]);
        expect([more, err, out]).toEqual([more, "", "0 0\n0 0\n0 0\n"]);
      }
      const host = hostDirectory(ROOT, "upper", "work");
      for (const name of ["upper", "work"]) chownSync(join(host, name), 100_000, 100_000);
      const dirs = ["--overlay-dir", `${host}/upper:${host}/work`];
      const { err } = await run(ROOT, [...words, ...dirs, tree(ROOT), "sh", "-c", "echo new >/one"]);
      expect([err, readFileSync(join(host, "upper/one"), "utf8")]).toEqual(["", "new\n"]);
      expect(readFileSync(join(layers[0]!, "one"), "utf8")).toBe("one");
    },
  );
});
