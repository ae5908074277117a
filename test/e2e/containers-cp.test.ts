/** `nsbox cp`: what comes over, and that nothing leads out of the container. Judge: stat, find, getfattr of the host. */
import { expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { EXITED, home, put } from "./homes.ts";
import { call, forEveryone, hostProgram, type Person, SCRATCH } from "./support.ts";

const ID = "aaaaaaaaaaa1";

/** A container that has ended, whose root is a directory, and a directory of the host beside it. */
async function pair(who: Person) {
  const own = await home(who);
  const base = mkdtempSync(join(SCRATCH, "cp-"));
  const [root, host] = [join(base, "root"), join(base, "host")];
  for (const path of [root, join(root, "etc"), join(root, "srv"), host]) mkdirSync(path);
  const config = {
    version: 1,
    id: ID,
    created: "",
    cwd: "/",
    root,
    command: ["x"],
    stopSignal: 15,
    stopTimeout: 1,
  };
  put(own, { id: ID, name: "c", status: EXITED, config });
  const give = async () => {
    if (who.uid !== 0) await call({ ...who, prefix: [] }, ["chown", "-hR", `${who.uid}:${who.uid}`, base]);
  };
  const cp = async (from: string, to: string) => {
    await give();
    const { err, status } = await own.nsbox("cp", from, to);
    return { err, status };
  };
  return { root, host, cp };
}

const fine = { err: "", status: 0 };

forEveryone((who) => {
  test("a file comes over with its mode, its time and its attributes", async () => {
    const { root, host, cp } = await pair(who);
    writeFileSync(join(host, "f"), "content");
    // Giving the file to the user, as the test does, clears setuid.
    const setUid = who.uid === 0 ? 0o4000 : 0;
    chmodSync(join(host, "f"), setUid | 0o751);
    utimesSync(join(host, "f"), 1000, 2000.5);
    const setfattr = hostProgram("setfattr");
    if (setfattr !== undefined) Bun.spawnSync([setfattr, "-n", "user.x", "-v", "y", join(host, "f")]);
    expect(await cp(join(host, "f"), "c:/srv/")).toEqual(fine);
    expect(await cp("c:/srv/f", join(host, "back"))).toEqual(fine);
    for (const path of [join(root, "srv/f"), join(host, "back")]) {
      const { mode, mtimeMs, uid } = lstatSync(path);
      expect({ mode: mode & 0o7777, mtimeMs, uid }).toEqual({
        mode: setUid | 0o751,
        mtimeMs: 2_000_500,
        uid: who.uid,
      });
      expect(readFileSync(path, "utf8")).toBe("content");
      if (setfattr === undefined) continue;
      expect(Bun.spawnSync(["getfattr", "--only-values", "-n", "user.x", path]).stdout.toString()).toBe("y");
    }
  });

  test("a directory goes into one that is there, becomes one that is not, and DIR/. is what is in it", async () => {
    const { root, host, cp } = await pair(who);
    mkdirSync(join(host, "d/sub"), { recursive: true });
    writeFileSync(join(host, "d/sub/f"), "1");
    expect(await cp(join(host, "d"), "c:/srv")).toEqual(fine);
    expect(await cp(join(host, "d"), "c:/new")).toEqual(fine);
    expect(await cp(`${host}/d/.`, "c:/etc")).toEqual(fine);
    for (const path of ["srv/d/sub/f", "new/sub/f", "etc/sub/f"])
      expect(existsSync(join(root, path))).toBe(true);
    expect(await cp("c:/new/.", host)).toEqual(fine);
    expect(readFileSync(join(host, "sub/f"), "utf8")).toBe("1");
  });

  test("what cannot be says why, and nothing is made", async () => {
    const { root, host, cp } = await pair(who);
    writeFileSync(join(host, "f"), "");
    mkdirSync(join(host, "d"));
    expect((await cp(join(host, "f"), "c:/none/")).err).toContain('There is no "c:/none/"');
    expect((await cp(join(host, "f"), "c:/none/f")).err).toContain('There is no directory "/none"');
    writeFileSync(join(root, "srv/file"), "");
    expect((await cp(join(host, "d"), "c:/srv/file")).err).toContain("it is none");
    expect((await cp("c:/none", host)).err).toContain('There is no "c:/none"');
    expect((await cp(host, host)).status).toBe(2);
    expect((await cp("c:/a", "c:/b")).status).toBe(2);
    expect(existsSync(join(root, "none"))).toBe(false);
  });

  test("links of the container lead nowhere outside", async () => {
    const { root, host, cp } = await pair(who);
    const secret = join(host, "secret");
    mkdirSync(secret);
    writeFileSync(join(secret, "passwd"), "host");
    writeFileSync(join(host, "new"), "new");
    symlinkSync(secret, join(root, "srv/out"));
    symlinkSync("../../../../../../../../../..", join(root, "srv/up"));
    symlinkSync(join(secret, "passwd"), join(root, "srv/file"));
    // A link to a directory of the host is one to nothing inside.
    expect((await cp("c:/srv/out/passwd", join(host, "got"))).status).toBe(1);
    expect((await cp(join(host, "new"), "c:/srv/out/passwd")).status).toBe(1);
    expect(await cp(join(host, "new"), "c:/srv/up/etc/passwd")).toEqual(fine);
    expect(await cp(join(host, "new"), "c:/../../../etc/again")).toEqual(fine);
    expect(readFileSync(join(root, "etc/passwd"), "utf8")).toBe("new");
    expect(readFileSync(join(root, "etc/again"), "utf8")).toBe("new");
    // A link that is copied stays one; one in the way of a file is replaced, not written through.
    expect(await cp("c:/srv/file", join(host, "link"))).toEqual(fine);
    expect(readlinkSync(join(host, "link"))).toBe(join(secret, "passwd"));
    expect(await cp(join(host, "new"), "c:/srv/file")).toEqual(fine);
    expect(readFileSync(join(secret, "passwd"), "utf8")).toBe("host");
    expect(lstatSync(join(root, "srv/file")).isFile()).toBe(true);
  });

  test("names that are no text come over as they are", async () => {
    const { host, cp, root } = await pair(who);
    Bun.spawnSync(["bash", "-c", `mkdir "$1/d" && echo x >"$1/d/"$'\\xff\\x01\\n'`, "-", root]);
    expect(await cp("c:/d", host)).toEqual(fine);
    const [name] = readdirSync(join(host, "d"), "buffer");
    expect([...name!]).toEqual([0xff, 1, 10]);
  });

  test("devices, FIFOs and sockets are left out with a note, and a sparse file stays sparse", async () => {
    const { root, host, cp } = await pair(who);
    Bun.spawnSync(["mkfifo", join(root, "srv/fifo")]);
    Bun.spawnSync(["truncate", "-s", "100M", join(root, "srv/sparse")]);
    const { err, status } = await cp("c:/srv", join(host, "copy"));
    expect({ err, status }).toEqual({
      err: 'note: Left out, no file of its own: "c:/srv/fifo"\n',
      status: 0,
    });
    const { size, blocks } = lstatSync(join(host, "copy/sparse"));
    expect([size, blocks]).toEqual([100 * 1024 * 1024, 0]);
    expect(existsSync(join(host, "copy/fifo"))).toBe(false);
  });
});
