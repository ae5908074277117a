/** The machines of the escape tests: what is in them, and how they are started. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { hostProgram, NSBOX, ROOT } from "../e2e/support.ts";
import { libraries, newTree } from "../e2e/trees.ts";
import { FOLDERS } from "./compile.ts";
import { Archive } from "./cpio.ts";
import { modulesInOrder, uncompressed, unpacked } from "./kernel.ts";
import { DISK_SECRET } from "./script.ts";

/** Line that begins and ends what the script says, among what the kernel says. */
const BORDER = "====";

/** Seconds until a machine that does not end is switched off. */
const PATIENCE = 900;

/** Packages with kernels. */
export const KERNEL = /^linux-image-\d+\.\d+\.\d+-\d+-amd64(_.*\.deb)?$/;
export const USER_MODE_KERNEL = /^user-mode-linux(_.*\.deb)?$/;

/** Drivers of the machine, and what the ways out are about; then what is only put there. */
const LOADED = ["virtio_pci", "virtio_blk", "crc32c_generic", "ext4", "vsock_loopback"];
const PRESENT = ["dummy"];

/** Machines that run a bash script and return what it said. */
export interface Machines {
  vm(script: string): Promise<string>;
  uml(script: string): Promise<string>;
}

/**
 * The first program: makes the archive's /system the root, by a mount, since pivot_root(2) does not work on
 * the initramfs itself, and goes on there.
 */
const INIT = `#!/system/bin/busybox sh
export PATH=/bin:/sbin
bb=/system/bin/busybox
$bb mount --bind /system /system; cd /system; $bb mount --move . /; exec $bb chroot . /bin/busybox sh /boot.sh
`;

/** The variable `say` comes from the kernel's command line. */
const BOOT = `/bin/busybox mkdir -p /sbin /proc /sys /dev /tmp /run
/bin/busybox --install -s /sbin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
mkdir -p /dev/shm /dev/pts; mount -t tmpfs shm /dev/shm; mount -t devpts pts /dev/pts
mount -t tmpfs run /run; mount -t tmpfs tmp /tmp; chmod 1777 /tmp
ip link set lo up
for module in /modules/*.ko; do test -e $module && insmod $module; done
{ echo ${BORDER}; bash /script.sh </dev/null 2>&1; echo ${BORDER}; } >$say
poweroff -f
`;

/** A small system with nsbox, and the programs where they were compiled, which runs `script`. */
function system(script: string): Archive {
  const archive = new Archive();
  for (const directory of ["dev", "proc", "sys"]) archive.directory(directory);
  archive.copy(newTree(ROOT, "lean"), "system");
  archive.program("init", INIT);
  archive.program("system/boot.sh", BOOT);
  archive.program("system/script.sh", script);
  archive.program("system/bin/busybox", readFileSync(hostProgram("busybox")!));
  withLibraries(archive, NSBOX, "system/nsbox");
  for (const name of ["programs", "outside"] as const) {
    if (existsSync(FOLDERS[name])) archive.copy(FOLDERS[name], `system/${name}`);
  }
  return archive;
}

/** Adds a program of the host's with all that its loader loads. */
function withLibraries(archive: Archive, program: string, path: string): void {
  archive.program(path, readFileSync(program));
  for (const library of libraries(program)) archive.program(`system${library}`, readFileSync(library));
}

/** A disk with the secret in a file. */
function diskIn(folder: string): string {
  const [content, disk] = [join(folder, "content"), join(folder, "disk")];
  mkdirSync(content);
  writeFileSync(join(content, "secret"), `${DISK_SECRET}\n`);
  writeFileSync(disk, new Uint8Array(1 << 20));
  const { exitCode, stderr } = Bun.spawnSync(["mkfs.ext4", "-q", "-d", content, disk], { stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`mkfs.ext4: ${stderr}`);
  return disk;
}

/**
 * Fetches the kernels into `folder`, which holds all that the machines need. `parameters`: what their kernels
 * are started with beside the usual.
 */
export function machines(folder: string, parameters = ""): Machines {
  const kernel = unpacked(KERNEL, join(folder, "kernel"));
  const boot = join(kernel, "boot");
  const image = uncompressed(join(boot, readdirSync(boot).find((name) => name.startsWith("vmlinuz-"))!));
  const directory = join(kernel, "lib/modules");
  const modules = { loaded: modulesInOrder(directory, LOADED), present: modulesInOrder(directory, PRESENT) };
  const disk = diskIn(folder);

  const boots = async (archive: Archive): Promise<string> => {
    for (const [index, file] of modules.loaded.entries())
      archive.copy(file, `system/modules/${`${index}`.padStart(3, "0")}-${basename(file)}`);
    for (const file of modules.present) archive.copy(file, `system/more/${basename(file)}`);
    const initrd = join(folder, "initramfs");
    await Bun.write(initrd, new Blob(archive.parts() as Uint8Array<ArrayBuffer>[]));
    return outputOf(image, initrd, disk, join(folder, "console"), parameters);
  };

  return {
    vm: (script) => boots(system(script)),
    async uml(script) {
      const inner = system(script).parts();
      const outer = system(IN_UML);
      const bytes = new Uint8Array(await new Blob(inner as Uint8Array<ArrayBuffer>[]).arrayBuffer());
      outer.program("system/uml/initramfs", bytes);
      const linux = join(unpacked(USER_MODE_KERNEL, join(folder, "user-mode-kernel")), "usr/bin/linux.uml");
      withLibraries(outer, linux, "system/uml/linux");
      return boots(outer);
    },
  };
}

/** User mode Linux keeps its memory in a file. */
const IN_UML = `mount -t tmpfs -o size=1g memory /dev/shm
TMPDIR=/dev/shm /uml/linux mem=768M initrd=/uml/initramfs con=null con0=null,fd:1 quiet say=/dev/console
`;

/** Runs a machine until it ends; throws with the end of its console where the script said nothing. */
async function outputOf(
  image: string,
  initrd: string,
  disk: string,
  log: string,
  parameters: string,
): Promise<string> {
  writeFileSync(log, "");
  const argv = [
    hostProgram("qemu-system-x86_64")!,
    // Emulated also where there is KVM: nested in another machine that has been seen to fail.
    ...["-machine", "pc", "-accel", "tcg", "-cpu", "max,la57=off", "-m", "3072", "-smp", "1"],
    ...[
      "-nodefaults",
      "-no-user-config",
      "-display",
      "none",
      "-no-reboot",
      "-kernel",
      image,
      "-initrd",
      initrd,
    ],
    ...["-append", `console=ttyS0 quiet panic=-1 mitigations=off syscall.x32=y say=/dev/ttyS1 ${parameters}`],
    ...["-drive", `file=${disk},format=raw,if=virtio,readonly=on`],
    ...["-serial", `file:${log}`, "-serial", "stdio"],
  ];
  const limits = { timeout: PATIENCE * 1000, killSignal: "SIGKILL" } as const;
  const machine = Bun.spawn(argv, { stdin: "ignore", stdout: "pipe", stderr: "pipe", ...limits });
  const [out, err] = await Promise.all([machine.stdout.text(), machine.stderr.text()]);
  await machine.exited;
  const parts = out.replaceAll("\r", "").split(`${BORDER}\n`);
  if (parts.length < 3)
    throw new Error(`The machine did not end: ${err}${readFileSync(log, "latin1")}${out}`.slice(-8000));
  return parts.slice(1, -1).join("");
}
