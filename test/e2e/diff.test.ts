/** In what two worlds differ. Judge: how the two processes were started, and /proc. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { AS_ROOT, CALLER_ENV, call, hostProgram, NSBOX, ROOT, textOf, USER, until } from "./support.ts";

const children: Bun.Subprocess[] = [];

/** A sleep at the end of a line of shell; its PID. */
async function sleeper(line: string, env: Record<string, string> = {}): Promise<string> {
  const child = Bun.spawn(["bash", "-c", `${line} sleep 300`], { env: { ...CALLER_ENV, ...env }, cwd: "/" });
  children.push(child);
  await until("it sleeps", () => textOf(`/proc/${child.pid}/comm`) === "sleep\n");
  return String(child.pid);
}

let [plain, twin, other, hidden] = ["", "", "", ""];
const WORLD = `mount -t tmpfs -o ro there /mnt; ulimit -n 77; ulimit -c 0; cd /usr; umask 077; echo 5 > /proc/self/oom_score_adj`;

beforeAll(async () => {
  plain = await sleeper("exec");
  twin = await sleeper("exec");
  if (!AS_ROOT) return;
  const inner = `${WORLD}; exec nice -n 3 setpriv --no-new-privs --bounding-set=-sys_boot --groups 5,6`;
  other = await sleeper(`exec unshare -m -u --propagation private bash -c '${inner} "$@"' bash`, {
    SECRET_NAME: "secret value",
  });
  hidden = plain;
});

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

interface Answer {
  readonly same: boolean | null;
  readonly sections: Record<string, { name: string; left?: unknown; right?: unknown }[]>;
}

const json = async (who: typeof ROOT, ...words: string[]): Promise<Answer> =>
  JSON.parse((await call(who, [NSBOX, "diff", "--json", ...words])).out);

test("two processes started alike do not differ, and the status can say so", async () => {
  const who = AS_ROOT ? ROOT : USER;
  expect(await call(who, [NSBOX, "diff", "-e", plain, twin])).toEqual({
    out: `sleep (${plain}) and sleep (${twin}) do not differ in anything that can be read\n`,
    err: "",
    status: 0,
  });
});

describe.skipIf(!AS_ROOT)("nsbox diff (needs root)", () => {
  test("finds every difference that was made, and no other", async () => {
    const { same, sections } = await json(ROOT, other, plain);
    expect(same).toBeFalse();
    const found = Object.fromEntries(
      Object.entries(sections).map(([name, rows]) => [name, rows.map((row) => row.name)]),
    );
    expect(found).toEqual({
      namespaces: ["mnt", "uts"],
      ids: ["groups"],
      capabilities: ["permitted", "effective", "bounding"].filter((set) =>
        sections["capabilities"]?.some(({ name }) => name === set),
      ),
      security: ["no_new_privs"],
      mounts: expect.arrayContaining(["/mnt"]) as unknown as string[],
      place: ["working directory", "umask"],
      limits: ["Max core file size", "Max open files"].filter((limit) =>
        sections["limits"]?.some(({ name }) => name === limit),
      ),
      cgroups: [],
      scheduling: ["nice", "priority", "oom_score_adj"],
      environment: expect.arrayContaining(["SECRET_NAME"]) as unknown as string[],
    });
    const row = (section: string, name: string) => sections[section]?.find((each) => each.name === name);
    expect(row("limits", "Max open files")?.left).toBe("77, 77");
    expect(row("capabilities", "bounding")?.left).not.toContain("CAP_SYS_BOOT");
    expect(row("capabilities", "bounding")?.right).toContain("CAP_SYS_BOOT");
    expect(row("mounts", "/mnt")?.left).toMatch(/^tmpfs there \(0:\d+\) ro private$/);
    expect(row("mounts", "/mnt")).not.toHaveProperty("right");
    expect(row("ids", "groups")?.left).toEqual([5, 6]);
  });

  test.skipIf(!hostProgram("script"))("cuts nothing on a narrow terminal", async () => {
    const line = `stty cols 50; "${NSBOX}" diff ${other} ${plain} --only capabilities,namespaces`;
    const { out } = await call(ROOT, ["script", "-qec", line, "/dev/null"], {
      env: { ...CALLER_ENV, LC_ALL: "C.UTF-8" },
    });
    expect(out).toContain("CAP_SYS_BOOT");
    expect(out).not.toContain("…");
    for (const row of out.split(/\r?\n/)) expect(Bun.stringWidth(row)).toBeLessThanOrEqual(50);
  });

  test("never prints the value of a variable", async () => {
    const { out } = await call(ROOT, [NSBOX, "diff", "--all", other, plain]);
    expect(out).toContain("SECRET_NAME");
    expect(out).not.toContain("secret value");
    expect(out).toMatch(/^ {2}program = {2,}/m);
  });

  test("compares to the process that called it, one section alone where asked, with a status where asked", async () => {
    const { out, status } = await call(ROOT, [
      "bash",
      "-c",
      `cd /usr; "${NSBOX}" diff ${plain} --only place -e; echo $? $$`,
    ]);
    const [head = "", title = "", ...rows] = out.trim().split("\n");
    const [code, shell] = rows.pop()!.split(" ");
    expect({ code, status, title }).toEqual({ code: "1", status: 0, title: "Root, directory, program" });
    expect(head).toContain(`bash (${shell})`);
    expect(rows.map((line) => line.trim().split(/ {2,}/)[0])).toEqual(["working directory", "program"]);
    const wrong = await call(ROOT, [NSBOX, "diff", plain, "--only", "mount"]);
    expect(wrong).toMatchObject({ status: 2, err: expect.stringContaining("It takes namespaces, ids,") });
  });

  test("as an ordinary user shows what is not known as such, and invents nothing", async () => {
    const own = Bun.spawn([...USER.prefix, "sleep", "300"], { env: CALLER_ENV, cwd: "/" });
    children.push(own);
    await until("it sleeps", () => textOf(`/proc/${own.pid}/comm`) === "sleep\n");
    const { sections } = await json(USER, hidden, String(own.pid), "--only", "namespaces,environment");
    expect(sections["namespaces"]?.[0]).toMatchObject({
      name: "user",
      left: null,
      right: expect.any(Number),
    });
    expect(sections["environment"]).toEqual([
      expect.objectContaining({ name: "all of them", left: null, right: "known" }),
    ]);
    const only = ["--only", "namespaces,limits,place"];
    const { out } = await call(USER, [NSBOX, "diff", plain, twin, ...only]);
    const [first, last, ...more] = out.trimEnd().split("\n");
    expect(first).toEndWith("do not differ in anything that can be read");
    expect(last).toStartWith("Known of neither: namespaces; place (root, working directory");
    expect(more).toEqual([]);
  });
});
