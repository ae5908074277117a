/** Words that nobody types by accident. Judges: the bytes on standard output and error, the exit status. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { AS_ROOT, call, forEveryone, NSBOX, ROOT, run, SCRATCH, shell } from "./support.ts";
import { newTree, tree } from "./trees.ts";

const ESCAPE = "\x1b]0;owned\x07\x1b[31m";

forEveryone((who) => {
  test("escape sequences in words never reach the terminal raw", async () => {
    for (const option of ["--explain", "--explain-json", "-v", "-q"]) {
      const { out, err } = await run(who, [option, `${SCRATCH}/${ESCAPE}`, `x${ESCAPE}`]);
      expect(`${out}${err}`).not.toContain("\x1b");
    }
    const built = await call(who, [NSBOX, "build-rootfs", `/bin/${ESCAPE}`, join(SCRATCH, "none")]);
    expect(built.err).not.toContain("\x1b");
    expect(built.status).toBe(1);
  });

  test("the plan as JSON holds the words as they were typed", async () => {
    const { out } = await run(who, ["--explain-json", "r", `x${ESCAPE}`]);
    expect(JSON.parse(out).argv).toEqual([`x${ESCAPE}`]);
  });

  test("a variable may be called like something that every object has", async () => {
    const { out } = await run(who, ["-e", "toString", "-e", "__proto__=x", tree(who), "env"]);
    expect(out.split("\n").filter((line) => /toString|__proto__/.test(line))).toEqual(["__proto__=x"]);
  });

  test("a directory on PATH that is too long to be one is passed over", async () => {
    for (const length of [300, 5000]) {
      const path = `PATH=/${"y".repeat(length)}:/bin`;
      expect((await run(who, ["-e", path, tree(who), "sh", "-c", "echo found"])).out).toBe("found\n");
    }
  });

  test("a name that is too long is not found, and a path that is too long is named", async () => {
    expect((await run(who, [tree(who), "x".repeat(300)])).status).toBe(127);
    for (const args of [
      [`/${"r/".repeat(2500)}`, "sh"],
      ["-w", `/${"w/".repeat(2500)}`, tree(who), "sh"],
    ]) {
      const { err, status } = await run(who, args);
      expect(status).toBe(125);
      expect(err).toStartWith("error: ");
      expect(err).not.toContain("no plan");
    }
  });

  test("the command that words failures does nothing when it is called by hand", async () => {
    for (const words of ["0 1 2", "999 5 1", "x y z", "", "1 1 1"]) {
      const { err, status } = await call(who, [NSBOX, "report", ...words.split(" ").filter(Boolean)]);
      expect({ words, status, err: err.split("\n")[0] }).toEqual({
        words,
        status: 125,
        err: "error: nsbox calls this itself",
      });
    }
  });

  test("a helper without a plan, or with half of one, refuses to run", async () => {
    const library = join(import.meta.dir, "../../dist/libnshelper.so");
    const file = join(SCRATCH, `half-${who.uid}`);
    for (const tail of ["", "nsbox-plan\\0", "nsbox-plan\\0000000\\0", "garbage"]) {
      const made = await shell(
        ROOT.uid === who.uid || !AS_ROOT ? who : ROOT,
        `cat "$1" >"$2"; printf '${tail}' >>"$2"; chmod 755 "$2"`,
        library,
        file,
      );
      expect(made.err).toBe("");
      const { err, status } = await call(who, [file]);
      expect({ err, status }).toEqual({
        err: "error: This helper carries no plan that it can read\n",
        status: 125,
      });
    }
  });
});

test.skipIf(!AS_ROOT)(
  "nsbox works where it is root of a user namespace only (needs root to compare)",
  async () => {
    const inside = ["unshare", "-Ur", NSBOX, "run", newTree(ROOT), "sh", "-c", "echo inside"];
    expect(await call(ROOT, inside)).toEqual({ out: "inside\n", err: "", status: 0 });
  },
);
