/** What `nsbox ns` says of namespaces. Judge: the ioctls of ioctl_ns(2), asked by python. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  AS_ROOT,
  CALLER_ENV,
  call,
  hostProgram,
  NSBOX,
  outcome,
  ROOT,
  start,
  textOf,
  USER,
  until,
} from "./support.ts";

const KINDS = ["user", "mnt", "pid", "net", "uts", "ipc", "cgroup", "time"];
const able = AS_ROOT && hostProgram("python3") !== undefined;

/** Prints for each kind: the link, the owner, the parent, the uid; minus the errno where one is refused. */
const JUDGE = `
import fcntl,os,struct,sys,json
answers={}
for kind in sys.argv[2:]:
    path=f"/proc/{sys.argv[1]}/ns/{kind}"
    fd=os.open(path,os.O_RDONLY)
    def ask(request):
        try: return os.readlink(f"/proc/self/fd/{fcntl.ioctl(fd,request)}")
        except OSError as error: return -error.errno
    def uid():
        try: return struct.unpack("I",fcntl.ioctl(fd,0xb704,b"    "))[0]
        except OSError as error: return -error.errno
    answers[kind]={"link":os.readlink(path),"owner":ask(0xb701),"parent":ask(0xb702),"uid":uid()}
print(json.dumps(answers))
`;

interface Judged {
  readonly link: string;
  readonly owner: string | number;
  readonly parent: string | number;
  readonly uid: number;
}

let child: Bun.Subprocess;
let pid = 0;
let judged: Record<string, Judged> = {};

beforeAll(async () => {
  if (!able) return;
  const flags = ["-r", "-m", "-p", "-f", "--kill-child", "-n", "-u", "-i", "-C"];
  child = Bun.spawn([...USER.prefix, "unshare", ...flags, "sleep", "300"], { env: CALLER_ENV });
  const children = `/proc/${child.pid}/task/${child.pid}/children`;
  pid = Number(await until("it sleeps", () => textOf(children).trim()));
  await until("it sleeps", () => textOf(`/proc/${pid}/comm`) === "sleep\n");
  judged = JSON.parse((await call(ROOT, ["python3", "-c", JUDGE, String(pid), ...KINDS])).out);
});

afterAll(() => child?.kill("SIGKILL"));

const ns = (...words: string[]) => call(ROOT, [NSBOX, "ns", ...words]);
const ERRNO: Readonly<Record<number, string>> = { 1: "(EPERM)", 22: "(EINVAL)" };

describe.skipIf(!able)("nsbox ns (needs root and python3)", () => {
  test.each(KINDS)("says of the kind %s what the kernel says", async (kind) => {
    const { link, ...answers } = judged[kind]!;
    expect(await ns("type", `${pid}/${kind}`)).toEqual({ out: `${kind}\n`, err: "", status: 0 });
    for (const [verb, answer] of Object.entries(answers)) {
      const { out, err, status } = await ns(verb, `/proc/${pid}/ns/${kind}`);
      if (typeof answer === "number" && answer < 0) {
        expect({ verb, out, status }).toEqual({ verb, out: "", status: 1 });
        expect(err).toContain(ERRNO[-answer]!);
      } else expect({ verb, out, err, status }).toEqual({ verb, out: `${answer}\n`, err: "", status: 0 });
    }
    const { out } = await ns("show", "--json", link);
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({
        kind,
        id: Number(link.replace(/\D/g, "")),
        owner: typeof answers.owner === "string" ? Number(answers.owner.replace(/\D/g, "")) : null,
      }),
    ]);
  });

  test("answers for all kinds of a process at once, or for one of them", async () => {
    const { out } = await ns("owner", String(pid));
    expect(out.trim().split("\n")).toEqual(
      KINDS.map((kind) => `${judged[kind]!.link} ${judged[kind]!.owner}`),
    );
    expect((await ns("owner", "-k", "net", String(pid))).out).toBe(`${judged["net"]!.owner}\n`);
    expect((await ns("parent", String(pid), "--json")).out).toContain(`"kind":"pid"`);
    const { out: shown } = await ns("show", String(pid));
    for (const kind of KINDS) expect(shown).toContain(judged[kind]!.link);
    expect(shown).toContain(`sleep (${pid})`);
  });

  test("show says so where nothing of a process may be read", async () => {
    const { out, err, status } = await call(USER, [NSBOX, "ns", "show", String(process.pid)]);
    expect({ out, status }).toEqual({ out: "", status: 1 });
    expect(err).toContain(`The namespaces of process ${process.pid} are not known`);
  });

  test("says once that there is no such process, or that it is another's", async () => {
    expect((await ns("owner", "4194304")).err).toBe('error: There is no process "4194304"\n');
    const { out, err } = await outcome(start(USER, [NSBOX, "ns", "owner", String(process.pid)]));
    expect(err.match(/^error: .*$/gm)![0]).toBe(`error: Cannot name the owner of "${process.pid}"`);
    expect(err.split(`"${process.pid}`)).toHaveLength(2);
    expect(out).toBe("");
  });

  test.each([
    ["/etc/passwd", '"/etc/passwd" is no namespace'],
    ["/nowhere", "no such file or directory (ENOENT)"],
    ["4194304/net", 'There is no process "4194304"'],
    ["/dev/null", '"/dev/null" is no namespace'],
  ])("refuses %s in words", async (word, text) => {
    expect(await ns("type", word)).toEqual({ out: "", err: expect.stringContaining(text), status: 1 });
  });

  test("opens no FIFO, on which it would wait", async () => {
    const { out, err } = await call(ROOT, [
      "bash",
      "-c",
      `d=$(mktemp -d); mkfifo $d/f; timeout 5 "${NSBOX}" ns type $d/f; echo $?; rm -r $d`,
    ]);
    expect({ out, err }).toEqual({ out: "1\n", err: expect.stringContaining("is no namespace") });
  });

  test("tells an ordinary user why, and gives no option to a verb that does not take it", async () => {
    const { err } = await outcome(start(USER, [NSBOX, "ns", "owner", `${process.pid}/net`]));
    expect(err).toContain("hint:  Ask as the user whose process it is, or as root");
    expect(await ns("type", "--explain", "1")).toMatchObject({ status: 2 });
    expect(await ns("type", "--kind", "nte", "1")).toMatchObject({ status: 2 });
  });
});
