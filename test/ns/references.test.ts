/** The questions of ioctl_ns(2) as functions. Judges: readlink, and python3, which asks the kernel by itself. */
import { describe, expect, test } from "bun:test";
import { closeSync, openSync, readdirSync, readlinkSync } from "node:fs";
import { open } from "node:fs/promises";
import { KINDS } from "../../src/ns/kinds.ts";
import {
  idOf,
  kindOf,
  kindOfFlag,
  openReference,
  ownerOf,
  ownerUidOf,
  parentOf,
  type Reference,
  relationOf,
  serialOf,
} from "../../src/ns/references.ts";
import { AS_ROOT } from "./animals.ts";

const OWN = "/proc/self/ns";

/** What a call throws, as data. */
function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    const { name, code, errno } = error as Error & { code?: string; errno?: number };
    return code === undefined ? name : { code, errno };
  }
  return "nothing";
}

/** What python3 gets for these requests of a file: inodes of namespaces, numbers, or minus the errno. */
function judged(path: string): { owner: number; parent: number; uid: number } {
  const script = `
import fcntl, os, struct, sys, json
fd = os.open(sys.argv[1], os.O_RDONLY)
def ask(request, argument=0):
    try: return fcntl.ioctl(fd, request, argument)
    except OSError as error: return -error.errno
def inode(request):
    got = ask(request)
    return got if got < 0 else os.fstat(got).st_ino
uid = ask(0xb704, b"\\0" * 4)
print(json.dumps(dict(owner=inode(0xb701), parent=inode(0xb702),
    uid=struct.unpack("I", uid)[0] if isinstance(uid, bytes) else uid)))`;
  const { stdout } = Bun.spawnSync(["python3", "-c", script, path]);
  return JSON.parse(stdout.toString());
}

/** The same as nsbox answers. */
function answered(path: string) {
  const number = (ask: () => number): number => {
    try {
      return ask();
    } catch (error) {
      return -(error as { errno: number }).errno;
    }
  };
  return {
    owner: number(() => ownerOf(path).id),
    parent: number(() => parentOf(path).id),
    uid: number(() => ownerUidOf(path)),
  };
}

test.each(KINDS.map(({ name }) => name))("%s: kind, id, owner, parent and uid are the kernel's", (kind) => {
  const path = `${OWN}/${kind}`;
  expect(kindOf(path)).toBe(kind);
  expect(`${kind}:[${idOf(path)}]`).toBe(readlinkSync(path));
  const pid = `/proc/${process.pid}/ns/${kind}`;
  expect(answered(pid)).toEqual(judged(pid));
});

test.skipIf(!AS_ROOT)(
  "of a nested user namespace the parent is the owner, and both can be asked again",
  async () => {
    const child = Bun.spawn(["unshare", "-Urpf", "--kill-child", "sleep", "60"]);
    try {
      const ns = `/proc/${child.pid}/ns`;
      while (readlinkSync(`${ns}/user`) === readlinkSync(`${OWN}/user`)) await Bun.sleep(5);
      using parent = parentOf(`${ns}/user`);
      using owner = relationOf(`${ns}/user`, "owner");
      expect([parent.id, owner.id]).toEqual([idOf(`${OWN}/user`), idOf(`${OWN}/user`)]);
      expect(answered(`${ns}/user`)).toEqual(judged(`${ns}/user`));
      expect(String(owner)).toBe(readlinkSync(`${OWN}/user`));
      expect(ownerUidOf(`${ns}/user`)).toBe(0);
      expect(serialOf(`${ns}/user`)).toBeGreaterThan(serialOf(`${OWN}/user`));
    } finally {
      child.kill("SIGKILL");
      await child.exited;
    }
  },
);

describe("a reference", () => {
  test("may be a path, a descriptor, or an object with one", async () => {
    const fd = openSync(`${OWN}/net`, "r");
    const handle = await open(`${OWN}/net`);
    using opened = openReference(`${OWN}/net`);
    const references: Reference[] = [`${OWN}/net`, fd, handle, opened];
    expect(references.map(idOf)).toEqual(Array(4).fill(idOf(`${OWN}/net`)));
    using again = openReference(fd);
    expect(again.id).toBe(opened.id);
    closeSync(fd);
    await handle.close();
    expect(kindOf(again)).toBe("net");
  });

  test.each([
    ["a fraction", 1.5],
    ["nothing", null],
    ["undefined", undefined],
    ["an object without one", {}],
    ["a path with a NUL", "/proc\0/self"],
  ])("is a TypeError where it is %s", (_, wrong) => {
    for (const ask of [kindOf, idOf, ownerOf, parentOf, ownerUidOf, openReference]) {
      expect(thrown(() => ask(wrong as Reference))).toBe("TypeError");
    }
  });

  test.each([
    ["a file that is not there", "/does/not/exist", { code: "ENOENT", errno: 2 }],
    ["an ordinary file", import.meta.path, { code: "ENOTTY", errno: 25 }],
    ["a directory", "/", { code: "ENOTTY", errno: 25 }],
    ["a device", "/dev/null", { code: "ENOTTY", errno: 25 }],
    ["a descriptor that is not open", 999_999, { code: "EBADF", errno: 9 }],
  ])("to %s fails as the kernel words it", (_, wrong, error) => {
    for (const ask of [kindOf, idOf, ownerOf, parentOf, ownerUidOf, openReference]) {
      expect(thrown(() => ask(wrong))).toEqual(error);
    }
  });

  test("to a FIFO does not wait", () => {
    const path = `/tmp/nsbox-fifo-${process.pid}`;
    Bun.spawnSync(["mkfifo", path]);
    try {
      expect(thrown(() => kindOf(path))).toEqual({ code: "ENOTTY", errno: 25 });
    } finally {
      Bun.spawnSync(["rm", path]);
    }
  });
});

describe("what has no answer", () => {
  test("a kind without parents, and an owner's uid of anything but user, are invalid", () => {
    expect(thrown(() => parentOf(`${OWN}/net`))).toEqual({ code: "EINVAL", errno: 22 });
    expect(thrown(() => ownerUidOf(`${OWN}/net`))).toEqual({ code: "EINVAL", errno: 22 });
  });

  test("what lies above the own user namespace is refused", () => {
    const { stdout } = Bun.spawnSync([
      "unshare",
      "-Ur",
      process.execPath,
      "-e",
      `const { ownerOf, parentOf } = await import(${JSON.stringify(`${import.meta.dir}/../../src/ns/references.ts`)});
       for (const ask of [() => ownerOf("/proc/self/ns/user"), () => parentOf("/proc/self/ns/user"),
         () => ownerOf("/proc/self/ns/net")]) try { ask(); } catch (error) { console.log(error.code, error.errno); }`,
    ]);
    expect(stdout.toString()).toBe("EPERM 1\nEPERM 1\nEPERM 1\n");
  });

  test("relations other than owner and parent, and flags of no kind, are out of range", () => {
    expect(thrown(() => relationOf(`${OWN}/net`, 0xb703))).toBe("RangeError");
    expect(relationOf(`${OWN}/net`, 0xb701).kind).toBe("user");
    expect(() => kindOfFlag(42)).toThrow("42 (0x2a)");
    expect(kindOfFlag(0x80)).toBe("time");
  });
});

test("what is closed is closed, once, and nothing is left open by questions", () => {
  const count = () => readdirSync("/proc/self/fd").length;
  const before = count();
  const opened = openReference(`${OWN}/uts`);
  opened.close();
  opened.close();
  expect(opened.fd).toBe(-1);
  expect(thrown(() => kindOf(opened))).toEqual({ code: "EBADF", errno: 9 });
  for (const kind of ["net", "user"]) {
    kindOf(`${OWN}/${kind}`);
    idOf(`${OWN}/${kind}`);
    thrown(() => parentOf(`${OWN}/${kind}`));
  }
  expect(count()).toBe(before);
});
