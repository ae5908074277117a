/** Trees that change while they are set up, runs that are killed, owners that are mapped. Judge: files outside. */
import { describe, expect, test } from "bun:test";
import { chownSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostDirectory, onSharedHost } from "./mountinfo.ts";
import { watch } from "./screen.ts";
import { AS_ROOT, forEveryone, hostProgram, NSBOX, ROOT, run, start } from "./support.ts";
import { listing, traces } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

const PYTHON = hostProgram("python3");
const RUNS = 25;

/** Lets `mnt` be a directory, another one, and a link to a third, over and over, until it is killed. */
const SWAPPER = `
import os, sys
os.chdir(sys.argv[1])
print("ready", flush=True)
while True:
    os.rename("mnt", "aside"); os.rename("other", "mnt"); os.rename("mnt", "other")
    os.rename("link", "mnt"); os.rename("mnt", "link"); os.rename("aside", "mnt")
`;

describe("a tree whose directories change places during set-up", () => {
  forEveryone((who) => {
    test.skipIf(PYTHON === undefined)(
      "has nothing made in it, nor in where a link of it leads (needs python3)",
      async () => {
        const [own, prey] = [newTree(who), hostDirectory(who)];
        for (const name of ["mnt", "other", "third"]) {
          mkdirSync(join(own, name));
          chownSync(join(own, name), who.uid, who.uid);
        }
        symlinkSync("/third", join(own, "link"));
        symlinkSync(prey, join(own, "third/out"));
        const swapper = start(who, [PYTHON!, "-c", SWAPPER, own]);
        const reader = swapper.stdout.getReader();
        await reader.read();
        const words = [
          "--tmpfs",
          "/mnt",
          "--dir",
          "/mnt/made",
          "--file",
          "text:/mnt/file",
          "--symlink",
          "a:/mnt/new",
        ];
        const statuses = new Set<number>();
        for (let count = 0; count < RUNS; count++) {
          statuses.add((await run(who, [...words, "-b", "/etc/passwd:/mnt/passwd", own, "true"])).status);
        }
        swapper.kill("SIGKILL");
        await swapper.exited;
        // Each run either met a quiet moment or was refused in words.
        expect([...statuses].filter((status) => status !== 0 && status !== 125)).toEqual([]);
        const left = ["mnt", "other", "aside"].flatMap((name) =>
          readdirSync(own).includes(name) && name !== "link" ? listing(join(own, name)).slice(1) : [],
        );
        expect(left.filter((line) => !line.includes("/out "))).toEqual([]);
        expect([readdirSync(join(own, "third")), readdirSync(prey)]).toEqual([["out"], []]);
      },
      30_000,
    );

    test("has its mount points taken away by the next run where one was killed", async () => {
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const binds = ["-b", "/etc/passwd:/a/b/file", "-b", "/etc:/a/c"];
      const killed = watch(who, [NSBOX, "run", ...binds, lean, "bash", "-c", "echo up; read line"]);
      await killed.screen.shows("up\n");
      killed.process.kill("SIGKILL");
      await killed.ended;
      expect(readdirSync(join(lean, "a/b"))).toEqual(["file"]);
      expect((await run(who, [lean, "true"])).status).toBe(0);
      expect(traces(lean)).toEqual(before);
    });
  });
});

describe.skipIf(!AS_ROOT)("ROOTFS in a user namespace with ranges (needs root)", () => {
  const MAP = ["-U", "-m", "-p", "-M", "0 100000 65536", "-G", "0 100000 65536"];

  test("has its owners mapped: root's files are root's inside, and what is made is root's outside", async () => {
    const own = newTree(ROOT);
    writeFileSync(join(own, "tmp/in"), "");
    const script = "stat -c %u /tmp/in; : >/tmp/made && rm /tmp/in";
    expect(await run(ROOT, ["-q", ...MAP, own, "sh", "-c", script])).toEqual({
      out: "0\n",
      err: "",
      status: 0,
    });
    expect(listing(join(own, "tmp")).at(-1)).toContain("tmp/made 100644 0:0");
  });

  test("has them mapped below an overlay too", async () => {
    const own = newTree(ROOT);
    writeFileSync(join(own, "tmp/in"), "old");
    const before = traces(own);
    const script = "stat -c %u /tmp/in; echo new >/tmp/in; rm /bin/cat; test -e /bin/cat || echo gone";
    const { out, err } = await run(ROOT, ["-q", ...MAP, "--overlay", own, "sh", "-c", script]);
    expect([out, err]).toEqual(["0\ngone\n", ""]);
    expect(traces(own)).toEqual(before);
  });

  test("is shown with its owners as they are, and a note, where its filesystem cannot map them", async () => {
    const script = `mkdir "$2/lower" && mount -t overlay -o "lowerdir=$1:$2/lower" overlay "$2/merged" || exit 9
      ${NSBOX} run ${MAP.map((word) => `'${word}'`).join(" ")} "$2/merged" stat -c %u /bin`;
    const { out, err } = await onSharedHost(script, tree(ROOT), hostDirectory(ROOT, "merged"));
    expect(out).toBe("65534\n");
    expect(err).toContain("note: The owners of ROOTFS cannot be mapped on its filesystem");
  });
});
