/** The virtual machine of the escape tests: what is in it, and how it is started. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { hostProgram, NSBOX, ROOT } from "../e2e/support.ts";
import { libraries, newTree } from "../e2e/trees.ts";
import { FOLDERS } from "./compile.ts";
import { Archive } from "./cpio.ts";
import { type Kernel, modulesInOrder, uncompressed } from "./kernel.ts";

/** Line that begins and ends what the script says, among what the kernel says. */
const BORDER = "====";

/** Seconds until a machine that does not end is switched off. */
const PATIENCE = 280;

/** Drivers of the machine, then what the ways out are about. */
const DRIVERS = ["virtio_pci", "virtio_blk", "vsock_loopback"];

/**
 * The first program: makes the archive's /system the root, by a mount, since pivot_root(2) does not work on
 * the initramfs itself, and runs the script there.
 */
const INIT = `#!/system/bin/busybox sh
export PATH=/bin:/sbin
bb=/system/bin/busybox
$bb mount --bind /system /system; cd /system; $bb mount --move . /; exec $bb chroot . /bin/busybox sh /boot.sh
`;

const BOOT = `/bin/busybox mkdir -p /sbin /proc /sys /dev /tmp /run /tree-parts
/bin/busybox --install -s /sbin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
mkdir -p /dev/shm /dev/pts; mount -t tmpfs shm /dev/shm; mount -t devpts pts /dev/pts
mount -t tmpfs run /run; chmod 1777 /tmp
ip link set lo up
for module in /modules/*.ko; do insmod $module; done
{ echo ${BORDER}; bash /script.sh </dev/null 2>&1; echo ${BORDER}; } >$say
poweroff -f
`;

/** Makes the archive: a small system with nsbox, the programs, and `script`, a bash script. */
function initramfs(script: string, modules: readonly string[], loaded: readonly string[]): Uint8Array[] {
  const archive = new Archive();
  for (const directory of ["dev", "proc", "sys"]) archive.directory(directory);
  archive.copy(newTree(ROOT, "lean"), "system");
  archive.program("init", INIT);
  archive.program("system/boot.sh", BOOT);
  archive.program("system/script.sh", script);
  archive.program("system/bin/busybox", readFileSync(hostProgram("busybox")!));
  archive.program("system/nsbox", readFileSync(NSBOX));
  for (const library of libraries(NSBOX)) archive.program(`system${library}`, readFileSync(library));
  archive.copy(FOLDERS.programs, "system/programs");
  archive.copy(FOLDERS.outside, "system/outside");
  loaded.forEach((file, index) => {
    archive.copy(file, `system/modules/${`${index}`.padStart(3, "0")}-${basename(file)}`);
  });
  for (const file of modules) archive.copy(file, `system/more/${basename(file)}`);
  return archive.parts();
}

async function written(folder: string, parts: readonly Uint8Array[]): Promise<string> {
  const file = join(folder, "initramfs");
  await Bun.write(file, new Blob(parts as Uint8Array<ArrayBuffer>[]));
  return file;
}

/** What the script said; throws with the end of the console where it said nothing. */
async function scriptOutput(argv: readonly string[], console: () => string): Promise<string> {
  const machine = Bun.spawn([...argv], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: PATIENCE * 1000,
    killSignal: "SIGKILL",
  });
  const [out, err] = await Promise.all([machine.stdout.text(), machine.stderr.text()]);
  await machine.exited;
  const text = out.replaceAll("\r", "");
  const parts = text.split(`${BORDER}\n`);
  if (parts.length < 3) throw new Error(`The machine did not end: ${err}${console()}${text}`.slice(-8000));
  return parts[1]!;
}

/** Runs `script` on `kernel` in qemu, with the file `disk` as /dev/vda; returns its output. */
export async function inVm(script: string, kernel: Kernel, disk: string, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const parts = initramfs(
    script,
    modulesInOrder(kernel.modules, ["dummy"]),
    modulesInOrder(kernel.modules, DRIVERS),
  );
  const log = join(folder, "console");
  writeFileSync(log, "");
  const argv = [
    hostProgram("qemu-system-x86_64")!,
    ...["-machine", "pc", "-accel", "tcg", "-cpu", "max,la57=off", "-m", "3072", "-smp", "1"],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ...["-kernel", uncompressed(kernel.image), "-initrd", await written(folder, parts)],
    ...["-append", "console=ttyS0 quiet panic=-1 mitigations=off syscall.x32=y say=/dev/ttyS1 random.trust_cpu=on"],
    ...["-drive", `file=${disk},format=raw,if=virtio,readonly=on`],
    ...["-serial", `file:${log}`, "-serial", "stdio"],
  ];
  return scriptOutput(argv, () => readFileSync(log, "latin1"));
}

/** Runs `script` on user mode Linux, a kernel that is an ordinary program; returns its output. */
export async function inUml(script: string, kernel: Kernel, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const initrd = await written(folder, initramfs(script, [], []));
  chmodSync(kernel.image, 0o755);
  const argv = [kernel.image, "mem=1024M", `initrd=${initrd}`, "con=null", "con0=null,fd:1", "quiet", "say=/dev/console"];
  return scriptOutput(argv, () => "");
}
