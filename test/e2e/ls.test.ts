/** `nsbox ls`, judged by /proc, lsns(8) and jq(1). */
import { describe, expect, test } from "bun:test";
import { COLUMNS } from "../../src/commands/looking/columns.ts";
import { KINDS } from "../../src/ns/kinds.ts";
import { EXITED, home, put, running } from "./homes.ts";
import { idOf, listed, withLine, withSleep } from "./looking.ts";
import { Session } from "./session.ts";
import { AS_ROOT, CALLER_ENV, call, forEveryone, hostProgram, NSBOX, ROOT, shell, USER } from "./support.ts";

const LSNS = hostProgram("lsns");
const JQ = hostProgram("jq");

const ROOT_OR_USER = AS_ROOT ? ROOT : USER;

describe("nsbox ls", () => {
  test("tells what it could not look at for want of descriptors", async () => {
    const { err } = await shell(ROOT_OR_USER, 'ulimit -n 8; "$NSBOX" ls');
    expect(err).toMatch(/^note: Could not be read: the namespaces of \d{2,} processes/);
  });

  forEveryone((who) => {
    test("lists the namespaces of a process as /proc has them", async () => {
      const flags = who.uid === 0 ? ["-unm"] : ["-Urunm"];
      await withSleep(who, flags, async (pid) => {
        const rows = await listed(who, ["-p", String(pid)]);
        const expected = KINDS.map(({ name }) => [name, idOf(pid, name)]);
        expect(rows.map(({ kind, ns }) => [kind, ns])).toEqual(expected);
        const net = rows.find(({ kind }) => kind === "net")!;
        expect(net).toMatchObject({ processes: 1, pid, command: "sleep 60", holder: [], orphan: false });
        expect(net["owner"]).toBe(idOf(pid, "user"));
      });
    });
  });

  test.skipIf(LSNS === undefined || !AS_ROOT)(
    "lists all that lsns lists",
    async () => {
      await withSleep(ROOT, ["-UrnmuiCT"], async (pid) => {
        const { out } = await call(ROOT, [LSNS!, "-n", "-o", "NS,TYPE"]);
        const rows = new Map((await listed(ROOT, [])).map(({ ns, kind }) => [ns, kind]));
        expect(KINDS.filter(({ name }) => name !== "pid" && !rows.has(idOf(pid, name)))).toEqual([]);
        // Of those that have not gone between the two.
        const again = (await call(ROOT, [LSNS!, "-n", "-o", "NS"])).out.split("\n").map(Number);
        for (const line of out.trim().split("\n")) {
          const [ns, type] = line.trim().split(/\s+/);
          if (again.includes(Number(ns)) && rows.has(Number(ns))) expect(rows.get(Number(ns))).toBe(type);
        }
      });
    },
    30_000,
  );

  test.skipIf(!AS_ROOT)("tells what keeps a namespace without a process alive", async () => {
    const script = `mount -t tmpfs none /mnt; touch /mnt/a
      unshare --net=/mnt/a true; exec 7</mnt/a; exec sleep 60`;
    await withLine(ROOT, ["unshare", "-m", "sh", "-c", script], async (pid) => {
      const rows = await listed(ROOT, ["net", "--orphans"]);
      const mnt = idOf(pid, "mnt");
      const held = rows.find(({ mounts }) => mounts.includes("/mnt/a"))!;
      expect(held).toMatchObject({ kind: "net", processes: 0, pid: null, orphan: true });
      expect(held["holder"]).toContainEqual({ by: "mount", namespace: mnt, path: "/mnt/a" });
      expect(held["holder"]).toContainEqual({ by: "descriptor", pid, fd: 7, name: "sleep" });
      const { out } = await call(ROOT, [NSBOX, "ls", "-q", "-n", "-o", "ns,holder", String(held["ns"])]);
      expect(out).toMatch(/^\d+ {2}(mount \/mnt\/a|descriptor 7 of \d+ "sleep") \+1\n$/);
    });
  });

  test("filters by user, owner and kind, and of different options all must hold", async () => {
    await withSleep(USER, ["-Urnm"], async (pid) => {
      const user = idOf(pid, "user");
      const by = async (...args: string[]) => (await listed(USER, args)).map(({ ns }) => ns);
      expect(await by("--owner", `user:[${user}]`)).toEqual([idOf(pid, "mnt"), idOf(pid, "net")]);
      expect(await by("--owner", `user:[${user}]`, "-t", "n")).toEqual([idOf(pid, "net")]);
      expect(await by("--user", String(USER.uid), "-t", "user,net")).toContain(idOf(pid, "net"));
      expect(await by(`net:[${idOf(pid, "net")}]`, String(idOf(pid, "mnt")))).toEqual([
        idOf(pid, "mnt"),
        idOf(pid, "net"),
      ]);
      expect(await by(`/proc/${pid}/ns/net`)).toEqual([idOf(pid, "net")]);
    });
  });

  test("sorts by any column, and reversed, what has no value last", async () => {
    for (const name of ["pid", "user", "container"]) {
      const forth = (await listed(USER, ["--sort", name, "-o", name])).map((row) => row[name]);
      const back = (await listed(USER, [`--sort=-${name}`, "-o", name])).map((row) => row[name]);
      expect(forth.indexOf(null) < 0 || forth.slice(forth.indexOf(null)).every((one) => one === null)).toBe(
        true,
      );
      expect(back.indexOf(null) < 0 || back.slice(back.indexOf(null)).every((one) => one === null)).toBe(
        true,
      );
    }
    const counts = (await listed(USER, ["--sort=-processes"])).map(({ processes }) => processes);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  });

  test("columns are added with +, and named in any case", async () => {
    const { out } = await call(USER, [NSBOX, "ls", "-q", "-o", "+owner,SERIAL"]);
    expect(out.split("\n")[0]).toMatch(/^ *NS {2}KIND .* COMMAND +OWNER +SERIAL$/);
  });

  test.skipIf(JQ === undefined)("has in JSON the types that the table of columns names", async () => {
    const line = `"$NSBOX" ls --json -q | jq -c '[.format, .version, (.namespaces[0] | map_values(type))]'`;
    const { out } = await shell(USER, line);
    const [format, version, types] = JSON.parse(out);
    expect([format, version]).toEqual(["nsbox-ls", 1]);
    expect(Object.keys(types)).toEqual(COLUMNS.map(({ name }) => name));
    for (const { name, type, nullable } of COLUMNS) {
      expect([type, ...(nullable ? ["null"] : [])]).toContain(types[name]);
    }
  });

  test.skipIf(LSNS === undefined)("tells who types an option of lsns what does that here", async () => {
    const { out } = await call(ROOT_OR_USER, [LSNS!, "--help"]);
    const options = out.match(/(?<=^ *|, )--?[\w-]+/gm)!.filter((option) => !/^(-V|--version)$/.test(option));
    expect(options.length).toBeGreaterThan(15);
    const told: Record<string, string> = {};
    for (const option of options) {
      const { err } = await call(ROOT_OR_USER, [NSBOX, "ls", "-q", option, "--sort", "no-such-column"]);
      const hint = /Unknown option.*\n {2}hint: {2}(.*)/.exec(err)?.[1];
      if (hint !== undefined) told[option] = hint;
    }
    expect(told).toMatchObject({ "-J": "Write --json", "--type": "The kind is chosen by --kind, -t" });
    expect(Object.entries(told).filter(([, hint]) => /Did you mean|lists the options/.test(hint))).toEqual(
      [],
    );
    const { err } = await call(ROOT_OR_USER, [NSBOX, "ls", "-o", "NS,TYPE"]);
    expect(err).toContain('Did you mean "kind"?');
  });

  test.each([
    [["lsns"], 'Did you mean "ls"?'],
    [["nsenter", "-t", "1"], 'Did you mean "exec"?'],
    [["ns", "ls"], "`nsbox ls` lists namespaces"],
    [["mounts", "-N", "1"], "The process is a word: nsbox mounts 1234"],
    [["graph", "--json"], 'Write "--format json"'],
    [["dump", "-o", "x"], "It goes to standard output: nsbox dump > FILE"],
    [["pidtree", "1"], "One process is chosen by --pid, -p"],
  ])("tells who types %j out of habit what does that here", async (args, hint) => {
    const { err, status } = await call(USER, [NSBOX, ...args]);
    expect(err.split("hint:  ")[1]).toBe(`${hint}\n`);
    expect(status).toBe(2);
  });

  test("ends quietly when its reader has had enough", async () => {
    const { out, err } = await shell(USER, '"$NSBOX" ls -q | head -1; echo "${PIPESTATUS[0]}"');
    expect(out).toMatch(/^ *NS {2}KIND .*\n0\n$/);
    expect(err).toBe("");
  });

  test("shows names from outside without obeying them, and in ASCII where the locale has no more", async () => {
    const named = `exec -a $'\\e[31mred\\n\\xe2\\x80\\xae\\xc3\\xa9' sleep 60`;
    const argv = ["unshare", ...(AS_ROOT ? ["-n"] : ["-Urn"]), "bash", "-c", named];
    await withLine(ROOT_OR_USER, argv, async (pid) => {
      const words = ["ls", "-q", "-n", "-p", String(pid), "-t", "net"];
      const utf8 = { env: { ...CALLER_ENV, LC_ALL: "C.UTF-8" } };
      const { out } = await call(ROOT_OR_USER, [NSBOX, ...words], utf8);
      expect(out).toEndWith("\\x1b[31mred\\n\\u202eé 60\n");
      const plain = await call(ROOT_OR_USER, [NSBOX, ...words], { env: { ...CALLER_ENV, LC_ALL: "C" } });
      expect(plain.out).toEndWith("\\x1b[31mred\\n\\u202e\\u00e9 60\n");
      expect(plain.out).toMatch(/^[\n -~]*$/);
    });
  });

  test("fits a narrow terminal by leaving out columns, the most important ones last", async () => {
    const argv = ["sh", "-c", `stty cols 40; exec "${NSBOX}" ls -q`];
    await using session = new Session(USER, argv);
    await session.process.exited;
    const rows = session.screen.text.trimEnd().split("\r\n");
    expect(Math.max(...rows.map((row) => Bun.stringWidth(row)))).toBeLessThanOrEqual(40);
    expect(rows[0]).toMatch(/^ *NS {2}KIND {2,}PID {2}COMMAND$/);
  });

  test("says in one note what an ordinary user could not read", async () => {
    const { err, status } = await call(USER, [NSBOX, "ls"]);
    expect(status).toBe(0);
    if (AS_ROOT) expect(err).toMatch(/^note: Could not be read: .*namespaces of \d+ process[^\n]*\n$/);
    expect((await call(USER, [NSBOX, "ls", "-q"])).err).toBe("");
  });

  test.skipIf(!AS_ROOT)("does not show a process as in no namespace that may not be read", async () => {
    const { out, err, status } = await call(USER, [NSBOX, "ls", String(process.pid)]);
    expect([out, status]).toEqual(["", 1]);
    expect(err).toMatch(
      /^error: The namespaces of process \d+ are not known\n {2}cause: it may not be read\n/,
    );
  });

  test("takes a kind by the name that people give it, too", async () => {
    const kinds = (await listed(ROOT_OR_USER, ["network"])).map(({ kind }) => kind);
    expect([...new Set(kinds)]).toEqual(["net"]);
  });

  test.each([
    [["-o", "nss"], 'Option "--output" does not know the column "nss"'],
    [["--sort", "no"], 'Option "--sort" does not know the column "no"'],
    [["-t", "network5"], 'Option "--kind" does not know the kind "network5"'],
    [["-p", "abc"], 'Option "--pid" needs a PID, not "abc"'],
    [["--threads", "--no-threads"], 'Options "--threads" and "--no-threads" exclude each other'],
    [["--watch=0"], 'Option "--watch" needs seconds from 0.1 to 86400, not "0"'],
    [["--watch", "-i", "x"], 'Options "--watch" and "--input" exclude each other'],
    [["--tree"], 'Unknown option "--tree"'],
  ])("refuses %j as a mistake of who called it", async (args, message) => {
    const { out, err, status } = await call(USER, [NSBOX, "ls", ...args]);
    expect([out, status]).toEqual(["", 2]);
    expect(err).toStartWith(`error: ${message}\n`);
  });

  test.each([
    ["4026531000", 'There is no namespace "4026531000" in reach'],
    ["nobody-called-so", 'There is no container "nobody-called-so" that runs'],
    ["/etc/passwd", '"/etc/passwd" is no namespace'],
    ["/nowhere", 'Cannot look at "/nowhere"\n  cause: no such file or directory (ENOENT)'],
  ])("says that there is no %s", async (word, message) => {
    const { err, status } = await call(USER, [NSBOX, "ls", word]);
    expect(err).toStartWith(`error: ${message}`);
    expect(status).toBe(1);
  });
});

forEveryone((who) => {
  test("nsbox ps --ns has the ids of a container's namespaces, as /proc has them", async () => {
    const own = await home(who);
    const [lives, ended] = ["aaaaaaaaaaa1", "bbbbbbbbbbb1"] as const;
    put(own, { id: lives, name: "lives", status: running(), locked: true });
    put(own, { id: ended, name: "ended", status: EXITED });
    // An ordinary user may not look into a process of root.
    const ids = KINDS.map(({ name }) =>
      who.uid === process.getuid!() ? idOf(process.pid, name) : undefined,
    );
    const { out } = await own.nsbox("ps", "--ns", "-a");
    const rows = out
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/ +/));
    expect(rows[0]).toEqual(["ID", "NAME", "PID", ...KINDS.map(({ name }) => `${name.toUpperCase()}NS`)]);
    expect(rows[1]).toEqual([lives, "lives", String(process.pid), ...ids.map((id) => String(id ?? "?"))]);
    expect(rows[2]).toEqual([ended, "ended", "-", ...KINDS.map(() => "-")]);
    const json = JSON.parse((await own.nsbox("ps", "--ns", "-a", "--json")).out);
    const expected = Object.fromEntries(KINDS.flatMap(({ name }, at) => (ids[at] ? [[name, ids[at]]] : [])));
    expect(json.map(({ namespaces }: { namespaces: unknown }) => namespaces)).toEqual([expected, null]);
  });
});
