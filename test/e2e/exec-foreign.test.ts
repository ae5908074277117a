/** `nsbox exec` into containers of others. Judge: what the kernel says of their own processes. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readlinkSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KINDS } from "../../src/ns/kinds.ts";
import { withContainer, withProgram } from "./containers.ts";
import {
  AS_ROOT,
  call,
  hostProgram,
  NSBOX,
  type Outcome,
  PEOPLE,
  type Person,
  ROOT,
  SCRATCH,
  start,
  textOf,
  USER,
} from "./support.ts";
import { programBelow } from "./traces.ts";
import { tree } from "./trees.ts";

const exec = (who: Person, ...words: readonly (string | number)[]): Promise<Outcome> =>
  call(who, [NSBOX, "exec", ...words.map(String)]);

const NAMES = KINDS.map(({ name }) => name);
const LINKS = `for k in ${NAMES.join(" ")}; do readlink /proc/self/ns/$k; done`;
const linksOf = (pid: number) => NAMES.map((name) => readlinkSync(`/proc/${pid}/ns/${name}`));

/** Lines of a status that say what a process may do. */
const powers = (status: string) => status.match(/^(CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs):.*$/gm);

const NR_UNAME = process.arch === "arm64" ? 160 : 63;

/** A filter that answers uname(2) with EADDRNOTAVAIL and lets all else through, as bubblewrap takes it. */
function filterFile(): string {
  const instruction = (code: number, yes: number, no: number, value: number) => {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setUint16(0, code, true);
    bytes.setUint8(2, yes);
    bytes.setUint8(3, no);
    bytes.setUint32(4, value, true);
    return new Uint8Array(bytes.buffer);
  };
  const file = join(SCRATCH, "no-uname.bpf");
  const program = [
    instruction(0x20, 0, 0, 0),
    instruction(0x15, 0, 1, NR_UNAME),
    instruction(0x06, 0, 0, 0x00050000 | 99),
    instruction(0x06, 0, 0, 0x7fff0000),
  ];
  writeFileSync(file, Buffer.concat(program));
  return file;
}

const BWRAP = hostProgram("bwrap");
const RUNC = hostProgram("runc");

/** A container of bubblewrap over the host's programs. */
const bwrap = (...options: string[]): string[] => [
  "bash",
  "-c",
  `exec bwrap --unshare-all --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --proc /proc --dev /dev ${options.join(" ")} sleep 60 9<${filterFile()}`,
];

describe.skipIf(BWRAP === undefined)(`a container of bubblewrap (${BWRAP ?? "not installed"})`, () => {
  for (const who of PEOPLE) {
    test(`is entered by ${who.name}, in every kind, with the powers of its process`, async () => {
      await withProgram(who, bwrap(), "sleep", async (pid) => {
        const { out, err } = await exec(who, pid, "sh", "-c", LINKS);
        expect({ links: out.trim().split("\n"), err }).toEqual({ links: linksOf(pid), err: "" });
        expect((await exec(who, pid, "ls", "/")).out).toBe("bin\ndev\nlib\nlib64\nproc\nusr\n");
        const { out: status } = await exec(who, pid, "cat", "/proc/self/status");
        expect(powers(status)).toEqual(powers(textOf(`/proc/${pid}/status`)));
        expect(status).toMatch(/^Uid:\t(\d+)\t\1\t/m);
      });
    });
  }

  test.skipIf(!AS_ROOT)(
    "hands its filter on, which root reads by ptrace, and goes on as before",
    async () => {
      for (const who of [ROOT, USER]) {
        await withProgram(who, bwrap("--seccomp", "9"), "sleep", async (pid) => {
          const { out, err, status } = await exec(ROOT, pid, "uname");
          expect({ out, status }).toEqual({ out: "", status: 1 });
          expect(err).toContain("Cannot assign requested address");
          expect(textOf(`/proc/${pid}/status`)).toMatch(/^State:\tS.*[\s\S]*^TracerPid:\t0$/m);
        });
      }
    },
  );

  test("gets nsbox's own filter where its cannot be read, and a note says so", async () => {
    await withProgram(USER, bwrap("--seccomp", "9"), "sleep", async (pid) => {
      const { out, err } = await exec(
        USER,
        pid,
        "sh",
        "-c",
        "uname; grep NoNewPrivs /proc/self/status; mount -t tmpfs x /usr",
      );
      expect(err).toMatch(
        /^note: The system call filter of process \d+ cannot be read: .* no_new_privs hold instead\n/,
      );
      expect(out).toBe("Linux\nNoNewPrivs:\t1\n");
      expect((await exec(USER, "-q", pid, "true")).err).toBe("");
      const quiet = await exec(USER, "--privileged", pid, "grep", "Seccomp_filters", "/proc/self/status");
      expect(quiet).toEqual({ out: "Seccomp_filters:\t1\n", err: "", status: 0 });
    });
  });
});

const NO_RUNC = !AS_ROOT ? "needs root" : RUNC === undefined ? "not installed" : undefined;

describe.skipIf(NO_RUNC !== undefined)(`a container of runc (${NO_RUNC ?? RUNC})`, () => {
  test("is entered with its root, kinds, cgroups, capabilities and filter", async () => {
    const bundle = mkdtempSync(join(SCRATCH, "bundle-"));
    const name = `nsbox-test-${process.pid}`;
    Bun.spawnSync(["runc", "spec"], { cwd: bundle });
    const config = JSON.parse(textOf(`${bundle}/config.json`));
    config.process.terminal = false;
    config.process.args = ["sleep", "60"];
    config.root.path = tree(ROOT);
    config.linux.cgroupsPath = `/${name}`;
    const refused = { names: ["uname"], action: "SCMP_ACT_ERRNO", errnoRet: 99 };
    config.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", syscalls: [refused] };
    writeFileSync(`${bundle}/config.json`, JSON.stringify(config));
    const argv = [
      "unshare",
      "-m",
      "--propagation",
      "private",
      "runc",
      "--root",
      `${bundle}/state`,
      "run",
      "-b",
      bundle,
      name,
    ];
    await withProgram(ROOT, argv, "sleep", async (pid) => {
      const { out, err } = await exec(ROOT, pid, "sh", "-c", LINKS);
      expect({ links: out.trim().split("\n"), err }).toEqual({ links: linksOf(pid), err: "" });
      const { out: status } = await exec(ROOT, pid, "cat", "/proc/self/status");
      expect(powers(status)).toEqual(powers(textOf(`/proc/${pid}/status`)));
      expect(status).toContain("Seccomp_filters:\t2\n"); // its own, and the guard of the caller's terminal
      const other = start(ROOT, [NSBOX, "exec", String(pid), "sleep", "61"]);
      const sleep = await programBelow(other.pid, "sleep");
      expect(textOf(`/proc/${sleep}/cgroup`)).toBe(textOf(`/proc/${pid}/cgroup`));
      expect(textOf(`/proc/${sleep}/cgroup`)).toContain(name);
      other.kill();
      await other.exited;
    });
  });
});

describe.skipIf(!AS_ROOT)("a process that somebody moved into namespaces by hand (needs root)", () => {
  test("is entered as nsenter enters it", async () => {
    const argv = ["unshare", "-mpf", "--mount-proc", "sleep", "60"];
    await withProgram(ROOT, argv, "sleep", async (pid) => {
      const { out, err } = await exec(ROOT, pid, "sh", "-c", LINKS);
      const judge = await call(ROOT, ["nsenter", "-a", "-t", String(pid), "sh", "-c", LINKS]);
      expect({ out, err }).toEqual({ out: judge.out, err: "" });
    });
  });

  test("does not get more than it has: root without capabilities, an ordinary user", async () => {
    for (const way of [["setpriv", "--bounding-set=-all,+kill", "--inh-caps=-all"], USER.prefix]) {
      const argv = ["unshare", "-nf", ...way, "sleep", "60"];
      await withProgram(ROOT, argv, "sleep", async (pid) => {
        const { out } = await exec(ROOT, pid, "cat", "/proc/self/status");
        expect(powers(out)).toEqual(powers(textOf(`/proc/${pid}/status`)));
        const ids = (status: string) => status.match(/^(Uid|Gid|Groups):.*$/gm);
        expect(ids(out)).toEqual(ids(textOf(`/proc/${pid}/status`)));
      });
    }
  });
});

const HIERARCHIES = [
  "/sys/fs/cgroup/pids",
  "/sys/fs/cgroup/unified",
  "/sys/fs/cgroup/freezer",
  "/sys/fs/cgroup",
].filter((path) => textOf(`${path}/cgroup.procs`) !== "");
const NO_CGROUPS = !AS_ROOT ? "needs root" : HIERARCHIES.length === 0 ? "no hierarchy is mounted" : undefined;

describe.skipIf(NO_CGROUPS !== undefined)(`cgroups (${NO_CGROUPS ?? "here"})`, () => {
  /** A container whose processes are in cgroups of their own. */
  async function withCgroups(who: Person, body: (pid: number) => Promise<void>): Promise<void> {
    const groups = HIERARCHIES.map((path) => `${path}/nsbox-test-${process.pid}`);
    for (const group of groups) mkdirSync(group);
    try {
      await withContainer(who, [], async (pid) => {
        for (const group of groups) writeFileSync(`${group}/cgroup.procs`, String(pid));
        await body(pid);
      });
    } finally {
      for (const group of groups) rmdirSync(group);
    }
  }

  /** The cgroups of a command that is executed there. */
  async function cgroupsOf(who: Person, ...words: string[]): Promise<string> {
    const other = start(who, [NSBOX, "exec", ...words, "sleep", "61"]);
    const cgroups = textOf(`/proc/${await programBelow(other.pid, "sleep")}/cgroup`);
    other.kill();
    await other.exited;
    return cgroups;
  }

  test("of the container are joined, v1 and v2, unless --no-cgroup", async () => {
    await withCgroups(ROOT, async (pid) => {
      const own = textOf(`/proc/${pid}/cgroup`);
      expect(own.match(/nsbox-test/g)?.length).toBe(HIERARCHIES.length);
      expect(await cgroupsOf(ROOT, String(pid))).toBe(own);
      expect(await cgroupsOf(ROOT, "--no-cgroup", String(pid))).toBe(textOf("/proc/self/cgroup"));
    });
  });

  test("that may not be joined are an error that names them", async () => {
    await withCgroups(USER, async (pid) => {
      const { out, err, status } = await exec(USER, pid, "echo", "ran");
      expect({ out, status }).toEqual({ out: "", status: 125 });
      expect(err).toMatch(
        /^error: Cannot join cgroup "\/sys\/fs\/cgroup\/\S*nsbox-test-\d+"\n.*may not write.*\n.*--no-cgroup/,
      );
      expect((await exec(USER, "--no-cgroup", pid, "echo", "ran")).out).toBe("ran\n");
    });
  });
});
