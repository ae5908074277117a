/** `nsbox tree`, `lsuserns`, `lspidns` and `pidtree`, judged by /proc. */
import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { idOf, withLine, withSleep } from "./looking.ts";
import { Session } from "./session.ts";
import {
  AS_ROOT,
  CALLER_ENV,
  call,
  forEveryone,
  NSBOX,
  type Person,
  ROOT,
  SCRATCH,
  textOf,
  USER,
} from "./support.ts";

const WHO = AS_ROOT ? ROOT : USER;
const UTF8 = { env: { ...CALLER_ENV, LC_ALL: "C.UTF-8" } };

/** The lines that a command prints. */
async function lines(who: Person, args: readonly string[], options = UTF8): Promise<string[]> {
  const { out, err, status } = await call(who, [NSBOX, ...args, "-q"], options);
  expect([err, status]).toEqual(["", 0]);
  return out.trimEnd().split("\n");
}

/** How deep a line stands, by its drawing. */
const depthOf = (line: string): number => line.search(/[^ │├╰─┄]/) / 3;

/** `sleep` in three user namespaces, one in the other, the outer two without a process. */
const NESTED = ["unshare", "-Ur", "unshare", "-Ur", "unshare", "-Urn", "sleep", "60"];

describe("user namespaces", () => {
  forEveryone((who) => {
    test("that have no process stand between those that have one", async () => {
      await withLine(who, NESTED, async (pid) => {
        const found = await lines(who, ["lsuserns"]);
        const at = found.findIndex((line) => line.includes(`user:[${idOf(pid, "user")}]`));
        const [outer, middle, inner] = found.slice(at - 2, at + 1);
        expect([outer!, middle!, inner!].map(depthOf)).toEqual(
          [1, 2, 3].map((up) => depthOf(outer!) + up - 1),
        );
        expect(inner).toMatch(/ process "sleep" \(\d+\) .*created by UID \d+/);
        expect(middle).toContain(" process (none) ");
        expect(outer).toContain(" process (none) ");
        expect(outer).toContain(`created by UID ${who.uid}`);
      });
    });
  });

  test("show what they own on side branches, by kind and id, and only the kinds asked for", async () => {
    await withSleep(USER, ["-Urnmu"], async (pid) => {
      const under = async (...args: string[]) => {
        const found = await lines(USER, args);
        const at = found.findIndex((line) => line.includes(`user:[${idOf(pid, "user")}]`));
        return found.slice(at + 1, at + 4);
      };
      const owned = ["mnt", "net", "uts"].map(
        (kind) => `${kind}:[${idOf(pid, kind)}] process "sleep" (${pid})`,
      );
      for (const args of [["lsuserns", "-d"], ["tree"], ["lsuserns", "-f", "m,net,uts"]]) {
        const found = await under(...args);
        expect(found.map((line, index) => line.includes(`┄ ${owned[index]}`))).toEqual([true, true, true]);
      }
      expect((await under("lsuserns", "-f", "net"))[0]).toContain(`╰┄ ${owned[1]}`);
      expect((await under("lsuserns"))[0] ?? "").not.toContain("┄");
    });
  });
});

describe("PID namespaces", () => {
  const INNER = ["-Urpf", "--mount-proc", "--kill-child"];

  test("stand below their parents, with their owners", async () => {
    await withSleep(WHO, INNER, async (pid) => {
      const found = (await lines(WHO, ["lspidns"])).find((line) =>
        line.includes(`pid:[${idOf(pid, "pid")}]`),
      )!;
      expect(found).toContain(`owner user:[${idOf(pid, "user")}] created by UID ${WHO.uid}`);
      expect(depthOf(found)).toBeGreaterThan(0);
      const withOwners = await lines(WHO, ["lspidns", "-u"]);
      const at = withOwners.findIndex((line) => line.includes(`pid:[${idOf(pid, "pid")}]`));
      expect(withOwners[at - 1]).toContain(`user:[${idOf(pid, "user")}]`);
    });
  });

  test("hold their processes, with the PIDs from the top to the bottom", async () => {
    await withSleep(WHO, INNER, async (pid) => {
      const inside = textOf(`/proc/${pid}/status`)
        .match(/^NSpid:\t(.*)$/m)![1]!
        .split("\t");
      const found = await lines(WHO, ["pidtree", "-p", String(pid)]);
      expect(found.at(-1)).toEndWith(`╰─ "sleep" (${inside.join("/")})`);
      expect(found.at(-2)).toContain(`pid:[${idOf(pid, "pid")}]`);
      // One line a level: nothing stands beside what leads there.
      expect(found.map(depthOf)).toEqual(found.keys().toArray());
      const same = await lines(WHO, ["pidtree", "-n", `pid:[${idOf(pid, "pid")}]`, "-p", inside.at(-1)!]);
      expect(same).toEqual(found);
    });
  });

  test.each([
    [["-p", "1", "-n", "net:[5]"], 2, 'Not a valid PID namespace ID: "net:[5]"'],
    [["-p", "1", "-n", "pid:[123]"], 1, "Unknown PID namespace pid:[123]"],
    [["-p", "4194305"], 1, "Unknown process PID 4194305 (in pid:["],
    [["-p", "x"], 2, 'Option "--pid" needs a PID, not "x"'],
    [["-n", "pid:[123]"], 2, 'Option "--ns" says how to read the PID of "--pid"'],
  ])("pidtree %j is refused", async (args, expected, message) => {
    const { err, status } = await call(WHO, [NSBOX, "pidtree", ...args]);
    expect(err).toStartWith(`error: ${message}`);
    expect(status).toBe(expected);
  });
});

describe("nsbox tree", () => {
  test("by process shows where a namespace changes", async () => {
    await withSleep(WHO, AS_ROOT ? ["-n"] : ["-Urn"], async (pid) => {
      const found = await lines(WHO, ["tree", "--by", "process", "-t", "net"]);
      const at = found.findIndex((line) => line.includes(`process "sleep" (${pid}) by UID ${WHO.uid}`));
      expect(found[at + 1]).toMatch(new RegExp(`┄ net:\\[${idOf(pid, "net")}\\] 1 process$`));
    });
  });

  test("draws with ASCII characters where the locale has no others, or on demand", async () => {
    const plain = await lines(WHO, ["tree", "--by", "process"], { env: { ...CALLER_ENV, LC_ALL: "C" } });
    expect(plain.join("")).toMatch(/^[ -~]*$/);
    expect(plain.some((line) => /^[|`]\. /.test(line))).toBe(true);
    expect((await lines(WHO, ["tree", "--by", "parent", "--ascii"])).join("")).not.toContain("─");
  });

  test("has in JSON each node with the one above it", async () => {
    await withLine(WHO, NESTED, async (pid) => {
      const [json = ""] = await lines(WHO, ["tree", "--json"]);
      const { format, version, by, nodes } = JSON.parse(json);
      expect([format, version, by]).toEqual(["nsbox-tree", 1, "owner"]);
      const keys = new Set(nodes.map(({ key }: { key: string }) => key));
      for (const { above } of nodes) if (above !== null) expect(keys.has(above)).toBe(true);
      const net = nodes.find(({ id }: { id: number }) => id === idOf(pid, "net"));
      expect(net).toMatchObject({ type: "namespace", kind: "net", above: `ns:${idOf(pid, "user")}` });
    });
  });

  test("colours kinds only where colours are on", async () => {
    const colored = await call(WHO, [NSBOX, "tree", "--color", "always"], UTF8);
    expect(colored.out).toContain("\x1b[38;5;74muser:[");
    expect(Bun.stripANSI(colored.out)).toContain("user:[");
    expect((await call(WHO, [NSBOX, "tree"], UTF8)).out).not.toContain("\x1b");
  });

  test("continues long lines beside the drawing in a narrow terminal", async () => {
    const argv = ["sh", "-c", `stty cols 40; exec "${NSBOX}" tree -q --by owner --ascii`];
    await using session = new Session(WHO, argv);
    await session.process.exited;
    await session.screen.shows("user:[");
    const rows = session.screen.text.trimEnd().split("\r\n");
    expect(Math.max(...rows.map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(40);
  });

  test.each([
    [["--by", "age"], 'Option "--by" does not know "age"'],
    [["net"], 'Too many words: "net"'],
  ])("refuses %j", async (args, message) => {
    const { err, status } = await call(WHO, [NSBOX, "tree", ...args]);
    expect(err).toStartWith(`error: ${message}`);
    expect(status).toBe(2);
  });
});

describe("a link to nsbox", () => {
  test.each(["lsuserns", "lspidns", "pidtree"])("named %s is that command", async (name) => {
    const link = join(SCRATCH, name);
    symlinkSync(NSBOX, link);
    const { out, status } = await call(WHO, [link, "--help"]);
    expect(out).toStartWith(`Usage: nsbox ${name} `);
    expect(status).toBe(0);
    expect((await call(WHO, [link, "run"])).status).toBe(2);
  });
});
