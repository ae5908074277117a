/** The kernel unpacks our cpio archives: each boots in qemu to a shell, which tells what it finds. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeArchive } from "../../rootfs-tools/archive/archive.ts";
import type { Node } from "../../rootfs-tools/layout/node.ts";
import { hostProgram, SCRATCH } from "../e2e/support.ts";
import { KERNEL } from "../escape/guest.ts";
import { packageNamed, uncompressed, unpacked } from "../escape/kernel.ts";
import { copied, directory, everything, file, node } from "../rootfs-tools/nodes.ts";

const BORDER = "====";
const folder = join(SCRATCH, "initramfs");
const PATIENCE = 180_000;

/** What keeps the machine from being made, "" where nothing does. */
function lack(): string {
  if (process.arch !== "x64") return "needs an x86-64 machine";
  const absent = ["qemu-system-x86_64", "busybox", "dpkg"].find((name) => hostProgram(name) === undefined);
  if (absent !== undefined) return `${absent} is not installed`;
  return packageNamed(KERNEL) === undefined ? "no kernel in NSBOX_TEST_PACKAGES or known to apt-get" : "";
}
const lacks = lack();

/** Tells of every path: type and rights, owner, time, links, device, what is in it or where it leads. */
const INIT = `#!/bin/busybox sh
exec >/dev/ttyS1 2>&1
b=/bin/busybox
echo ${BORDER}
$b echo "a shell: $((6 * 7))"
$b find / -xdev -print0 | $b xargs -0 -n 1 /tell
echo ${BORDER}
$b poweroff -f
`;
const TELL = `#!/bin/busybox sh
b=/bin/busybox
$b stat -c '%f %u:%g %Y %h %t:%T' "$1" | $b tr '\\n' ' '
if $b test -L "$1"; then $b readlink -n "$1" | $b md5sum
elif $b test -f "$1"; then $b md5sum <"$1"
else echo -; fi | $b tr '\\n' ' '
printf %s "$1" | $b base64 | $b tr -d '\\n'
echo
`;

const BITS = { fifo: 1, character: 2, directory: 4, block: 6, file: 8, link: 10 } as const;
const md5 = (content: string | Uint8Array) => new Bun.CryptoHasher("md5").update(content).digest("hex");

/** What `/tell` should say of each path. */
async function expectedOf(nodes: readonly Node[]): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const { path, type, mode, uid, gid, mtimeNs, twin, target, content, device = [0, 0] } of nodes) {
    const names = nodes.filter((other) => other.path === (twin ?? path) || other.twin === (twin ?? path));
    const links = type === "directory" ? "*" : names.length;
    const first = names[0]!.content ?? content;
    const bytes = typeof first === "string" ? await Bun.file(first).bytes() : first;
    const what = type === "link" ? `${md5(target!)}  -` : type === "file" ? `${md5(bytes!)}  -` : "-";
    const [major, minor] = device.map((number) => number.toString(16));
    const bits = ((BITS[type] << 12) | mode).toString(16);
    all[path] = `${bits} ${uid}:${gid} ${mtimeNs / 1_000_000_000n} ${links} ${major}:${minor} ${what}`;
  }
  return all;
}

/** Its answers, by path; the links of directories are those of the file system. */
function answersIn(said: string): Record<string, string> {
  const lines = said.trim().split("\n").slice(1);
  return Object.fromEntries(
    lines.map((line) => {
      const words = line.split(" ");
      const path = Buffer.from(words.pop()!, "base64").toString();
      if (words[0]!.startsWith("4")) words[3] = "*";
      return [path, words.join(" ")];
    }),
  );
}

async function boot(kernel: string, initrd: string): Promise<string> {
  const argv = [
    hostProgram("qemu-system-x86_64")!,
    // Emulated also where there is KVM: nested in another machine that has been seen to fail.
    ...["-machine", "pc", "-accel", "tcg", "-cpu", "max,la57=off", "-m", "512", "-smp", "1"],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ...["-kernel", kernel, "-initrd", initrd, "-append", "console=ttyS0 panic=-1 mitigations=off"],
    ...["-serial", `file:${initrd}.log`, "-serial", "stdio"],
  ];
  const limits = { timeout: PATIENCE, killSignal: "SIGKILL" } as const;
  const machine = Bun.spawn(argv, { stdin: "ignore", stdout: "pipe", stderr: "pipe", ...limits });
  const [out, err] = await Promise.all([machine.stdout.text(), machine.stderr.text()]);
  const parts = out.replaceAll("\r", "").split(`${BORDER}\n`);
  if (parts.length < 3) {
    const log = await Bun.file(`${initrd}.log`).text();
    throw new Error(`The machine did not end: ${err}${log}${out}`.slice(-8000));
  }
  return parts[1]!;
}

describe("an initramfs", () => {
  let kernel = "";
  beforeAll(() => {
    if (lacks !== "") return;
    const at = join(unpacked(KERNEL, folder), "boot");
    kernel = uncompressed(join(at, readdirSync(at).find((name) => name.startsWith("vmlinuz-"))!));
  }, PATIENCE);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.skipIf(lacks !== "").each(["cpio", "cpio.gz", "cpio.zst"] as const)(
    `in the form %s boots to a shell, which finds everything as it was${lacks === "" ? "" : ` (skipped: ${lacks})`}`,
    async (form) => {
      const nodes = [
        ...everything(),
        copied("/bin/busybox", hostProgram("busybox")!),
        file("/init", INIT, { mode: 0o755 }),
        file("/tell", TELL, { mode: 0o755 }),
        directory("/proc"),
        node("/dev/ttyS1", "character", 0o600, { device: [4, 65] }),
      ];
      const target = join(folder, `initramfs.${form}`);
      await writeArchive(nodes, { form, target });
      const said = await boot(kernel, target);
      expect(said).toStartWith("a shell: 42\n");
      const found = answersIn(said);
      const expected = await expectedOf(nodes);
      // What is written to has a new time.
      for (const all of [found, expected]) delete all["/dev/ttyS1"];
      // The kernel brings a console and a directory of its own.
      const others = Object.keys(found).filter((path) => !(path in expected));
      expect(others.sort()).toEqual(["/dev/console", "/root"]);
      expect(found).toMatchObject(expected);
    },
    PATIENCE,
  );
});
