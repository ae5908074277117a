/** Worlds seen through a dump: the same as live, and what a dump does not hold is said to be unknown. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { AS_ROOT, CALLER_ENV, call, NSBOX, ROOT, SCRATCH, textOf, until } from "./support.ts";

const FULL = join(SCRATCH, "worlds.json");
const POOR = join(SCRATCH, "worlds-poor.json");
let child: Bun.Subprocess;
let [outer, inner] = ["", ""];

beforeAll(async () => {
  if (!AS_ROOT) return;
  const script = "mount -t tmpfs x /mnt; mount -t tmpfs y /mnt; exec sleep 300";
  child = Bun.spawn(["unshare", "-Urmpf", "--kill-child", "bash", "-c", script], { env: CALLER_ENV });
  outer = String(child.pid);
  inner = await until("there is a child", () => textOf(`/proc/${outer}/task/${outer}/children`).trim());
  await until("it sleeps", () => textOf(`/proc/${inner}/comm`) === "sleep\n");
  const { out, err } = await call(ROOT, [NSBOX, "dump", "-q"]);
  if (err !== "") throw new Error(err);
  await Bun.write(FULL, out);
  const dump = JSON.parse(out) as { mounts?: unknown; processes: { details?: unknown }[] };
  delete dump.mounts;
  for (const one of dump.processes) delete one.details;
  await Bun.write(POOR, JSON.stringify(dump));
});

afterAll(() => child?.kill("SIGKILL"));

const nsbox = (...words: string[]) => call(ROOT, [NSBOX, ...words]);

describe.skipIf(!AS_ROOT)("from a dump (needs root)", () => {
  test.each([
    ["caps", () => ["caps", inner]],
    ["caps towards the host", () => ["caps", inner, `${process.pid}/net`]],
    ["caps of the host", () => ["caps", outer, `${inner}/mnt`]],
    ["pid", () => ["pid", inner]],
    ["pid from", () => ["pid", "1", "--from", inner]],
    ["mounts", () => ["mounts", inner]],
    ["mounts at a path", () => ["mounts", inner, "/mnt"]],
    ["diff", () => ["diff", inner, outer]],
    ["ns show", () => ["ns", "show", `${inner}/user`]],
  ] as const)("%s says what it says live", async (_, words) => {
    const live = await nsbox(...words());
    expect(live).toMatchObject({ err: "", status: 0 });
    expect(await nsbox(...words(), "-i", FULL)).toEqual(live);
  });

  test("a thread in namespaces of its own is named with its process", async () => {
    const dump = JSON.parse(await Bun.file(FULL).text());
    const process = dump.processes.find((one: { pid: number }) => one.pid === Number(inner));
    process.strays.push({ tid: 4190000, name: "stray", namespaces: process.namespaces });
    const file = join(SCRATCH, "worlds-thread.json");
    await Bun.write(file, JSON.stringify(dump));
    const { err } = await nsbox("ls", "-i", file, "4190000");
    expect(err).toBe(`error: There is no process 4190000\n  cause: it is a thread of process ${inner}\n`);
  });

  test("a path is that of the dump's machine, not of this one", async () => {
    const dump = JSON.parse(await Bun.file(FULL).text());
    const here = dump.processes.find((one: { pid: number }) => one.pid === process.pid);
    const alien = dump.processes.find((one: { pid: number }) => one.pid === Number(inner));
    // As if this process had been another one there.
    here.namespaces.mnt = alien.namespaces.mnt;
    const file = join(SCRATCH, "worlds-alien.json");
    await Bun.write(file, JSON.stringify(dump));
    const { out } = await nsbox("ls", "-qn", "-o", "ns", "-i", file, `/proc/${process.pid}/ns/mnt`);
    expect(out).toBe(`${alien.namespaces.mnt}\n`);
    const born = await nsbox("ls", "-qn", "-o", "ns", "-i", FULL, `/proc/${outer}/ns/pid_for_children`);
    expect(born.out).toBe(`${alien.namespaces.pid}\n`);
    const { err, status } = await nsbox("ls", "-i", file, "/etc/passwd");
    expect(status).toBe(1);
    expect(err).toStartWith('error: The dump does not tell which namespace "/etc/passwd" is\n');
  });

  test("nothing is taken from this machine for what the dump lacks", async () => {
    const caps = JSON.parse((await nsbox("caps", outer, "--json", "-i", POOR)).out);
    expect(caps).toMatchObject({ rule: "own", capabilities: null });
    expect(await nsbox("mounts", inner, "-i", POOR)).toMatchObject({
      status: 1,
      err: expect.stringContaining("the dump has no mounts of its mount namespace"),
    });
    const { same, sections } = JSON.parse(
      (await nsbox("diff", inner, outer, "--json", "--all", "-i", POOR)).out,
    );
    expect(same).toBeFalse();
    expect(sections.capabilities[0]).toMatchObject({ left: null, right: null, same: null });
    expect(sections.namespaces[2]).toMatchObject({ name: "pid", same: false });
  });

  test("verbs that only the kernel answers take no dump", async () => {
    expect(await nsbox("ns", "owner", inner, "-i", FULL)).toMatchObject({ status: 2 });
  });
});
