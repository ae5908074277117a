/** `nsbox mount` and `umount`. Judge: mountinfo as the container has it, and what its files say. */
import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { withContainer } from "./containers.ts";
import { mountOn } from "./mountinfo.ts";
import {
  call,
  forEveryone,
  NSBOX,
  type Outcome,
  type Person,
  SCRATCH,
  start,
  textOf,
  until,
} from "./support.ts";
import { newTree } from "./trees.ts";

const nsbox = (who: Person, ...words: readonly (string | number)[]): Promise<Outcome> =>
  call(who, [NSBOX, ...words.map(String)]);

const textOfMounts = (pid: number | "self"): string => textOf(`/proc/${pid}/mountinfo`);

/** A directory of the host with one file. */
const SOURCE = `${SCRATCH}/mount-source`;
mkdirSync(SOURCE);
writeFileSync(`${SOURCE}/file`, "from the host\n");
chmodSync(SOURCE, 0o777);

/** A tree with two directories to mount on. */
function treeFor(who: Person): string {
  const root = newTree(who);
  for (const name of ["a", "b"]) mkdirSync(`${root}/${name}`);
  return root;
}

describe("nsbox mount", () => {
  forEveryone((who) => {
    test("shows a directory of the host in a container that runs, as --bind would, and umount takes it away", async () => {
      const root = treeFor(who);
      const host = textOfMounts("self");
      await withContainer(
        who,
        [],
        async (pid) => {
          const before = textOfMounts(pid);
          expect(await nsbox(who, "mount", pid, SOURCE, "/a:ro")).toEqual({ out: "", err: "", status: 0 });
          expect((await nsbox(who, "exec", pid, "cat", "/a/file")).out).toBe("from the host\n");
          expect(mountOn(textOfMounts(pid), "/a")).toMatchObject({
            flags: "nodev,nosuid,ro",
            propagation: "",
          });
          expect(readdirSync(`${root}/a`)).toEqual([]);
          expect(await nsbox(who, "umount", pid, "/a")).toEqual({ out: "", err: "", status: 0 });
          expect(textOfMounts(pid)).toBe(before);
        },
        root,
      );
      expect(textOfMounts("self")).toBe(host);
    });

    test("makes one filesystem that only the containers named see", async () => {
      const root = treeFor(who);
      const holds = (pid: number, path: string) => nsbox(who, "exec", pid, "sh", "-c", `echo ${path}/*`);
      await withContainer(
        who,
        [],
        (one) =>
          withContainer(
            who,
            [],
            (two) =>
              withContainer(
                who,
                [],
                async (other) => {
                  const made = await nsbox(
                    who,
                    "mount",
                    "--private=size=64k,mode=0777",
                    `${one}:/a`,
                    `${two}:/b`,
                  );
                  expect(made).toEqual({ out: "", err: "", status: 0 });
                  await nsbox(who, "exec", one, "sh", "-c", "echo secret >/a/x");
                  expect((await nsbox(who, "exec", two, "cat", "/b/x")).out).toBe("secret\n");
                  for (const path of ["/a", "/b"]) expect((await holds(other, path)).out).toBe(`${path}/*\n`);
                  expect(readdirSync(`${root}/a`)).toEqual([]);
                  expect(mountOn(textOfMounts(one), "/a")).toMatchObject({
                    type: "tmpfs",
                    flags: "nodev,nosuid",
                  });
                  expect(textOfMounts(one)).toContain("size=64k");
                },
                root,
              ),
            root,
          ),
        root,
      );
    });

    test("leaves nothing where one of several cannot be", async () => {
      await withContainer(
        who,
        [],
        async (pid) => {
          const before = textOfMounts(pid);
          const { err, status } = await nsbox(who, "mount", "--private", `${pid}:/a`, `${pid}:/no/such`);
          expect(status).toBe(1);
          expect(err).toMatch(/^error: Cannot mount on "\/no\/such" in process \d+\n.*nothing of that name/);
          expect(textOfMounts(pid)).toBe(before);
        },
        treeFor(who),
      );
    });

    test("stays inside, wherever the container's links lead", async () => {
      const root = treeFor(who);
      symlinkSync("../../../../../../b", `${root}/up`);
      symlinkSync(`/proc/self/root${SCRATCH}`, `${root}/magic`);
      symlinkSync("/proc", `${root}/kernel`);
      const host = textOfMounts("self");
      await withContainer(
        who,
        [],
        async (pid) => {
          await nsbox(who, "mount", pid, SOURCE, "/up");
          expect((await nsbox(who, "exec", pid, "cat", "/b/file")).out).toBe("from the host\n");
          expect((await nsbox(who, "mount", pid, SOURCE, "/magic")).status).toBe(1);
          const { err } = await nsbox(who, "umount", pid, "/kernel/kcore");
          expect(err).toMatch(/set-up made it/);
        },
        root,
      );
      expect(textOfMounts("self")).toBe(host);
    });

    test.each(["/proc", "/proc/kcore", "/sys", "/dev", "/dev/pts", "/proc/../dev/shm"])(
      "does not take away what the set-up made: %s",
      async (path) => {
        await withContainer(who, [], async (pid) => {
          const before = textOfMounts(pid);
          const { err, status } = await nsbox(who, "umount", "-l", pid, path);
          expect(status).toBe(1);
          expect(err).toMatch(/set-up made it, and there it stays|nothing of that name/);
          expect(textOfMounts(pid)).toBe(before);
        });
      },
    );

    test("takes away what is in use only with -l", async () => {
      await withContainer(
        who,
        [],
        async (pid) => {
          await nsbox(who, "mount", pid, SOURCE, "/a");
          const user = start(who, [
            NSBOX,
            "exec",
            "-w",
            "/a",
            String(pid),
            "sh",
            "-c",
            "echo here; sleep 60",
          ]);
          await until("the shell in /a", async () => (await user.stdout.getReader().read()).value);
          const busy = await nsbox(who, "umount", pid, "/a");
          expect(busy.err).toMatch(/it is in use.*\n.*--lazy/);
          expect((await nsbox(who, "umount", "-l", pid, "/a")).status).toBe(0);
          user.kill();
          await user.exited;
        },
        treeFor(who),
      );
    });

    test.each([
      [["mount", "PID", SOURCE, "/"], 2, /nothing can be mounted on "\/"/],
      [["mount", "PID", SOURCE, "a"], 2, /no absolute path/],
      [["mount", "PID", SOURCE, "/a:idmap"], 2, /idmap is not for a container that runs/],
      [["mount", "PID", SOURCE, "/a:roo"], 2, /Unknown option "roo"/],
      [["mount", "PID", "/proc/self/fd", "/a"], 2, /leads through \/proc\/self/],
      [["mount", "PID", `${SOURCE}/file`, "/a"], 1, /a file is mounted on files only/],
      [["mount", "PID", `${SOURCE}/none`, "/a"], 1, /no such file/],
      [["mount", "PID", SOURCE, "/a", "/b"], 2, /takes NAME or PID/],
      [["mount", "--private", "PID:/a"], 2, /two containers at least/],
      [["mount", "--private=size=x,frob=1", "PID:/a", "PID:/b"], 2, /Unknown option "frob=1"/],
      [["umount", "PID", "/a"], 1, /nothing is mounted there/],
      [["umount", "PID"], 2, /takes NAME or PID/],
      [["mount", "999999999", SOURCE, "/a"], 1, /there is no such process/],
    ] as const)("is refused: %p", async (words, status, message) => {
      await withContainer(
        who,
        [],
        async (pid) => {
          const before = textOfMounts(pid);
          const outcome = await nsbox(who, ...words.map((word) => word.replace("PID", String(pid))));
          expect({ out: outcome.out, status: outcome.status }).toEqual({ out: "", status });
          expect(outcome.err).toMatch(message);
          expect(textOfMounts(pid)).toBe(before);
        },
        treeFor(who),
      );
    });
  });
});
