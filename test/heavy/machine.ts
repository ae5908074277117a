/**
 * A machine with a Debian kernel and only cgroup v2, in qemu: a directory of the host is its root, under an overlay
 * in memory, with systemd as PID 1 or a script. What the script says comes back.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { hostProgram, NSBOX } from "../e2e/support.ts";
import { Archive } from "../escape/cpio.ts";
import { KERNEL } from "../escape/guest.ts";
import { modulesInOrder, packageNamed, uncompressed, unpacked } from "../escape/kernel.ts";

const BORDER = "====";
const PROGRAMS = ["qemu-system-x86_64", "busybox", "dpkg", "debootstrap"];
const MODULES = ["virtio_pci", "virtio_blk", "9pnet_virtio", "9p", "overlay"];
const PACKAGES = [
  "systemd-sysv",
  "dbus",
  "dbus-user-session",
  "libpam-systemd",
  "procps",
  "python3-minimal",
  "util-linux",
];

/** What keeps such machines from being made; undefined where nothing does. */
export function lackOfMachines(): string | undefined {
  if (process.arch !== "x64") return "needs an x86-64 machine";
  if (process.getuid!() !== 0) return "needs root";
  const absent = PROGRAMS.find((name) => hostProgram(name) === undefined);
  if (absent !== undefined) return `${absent} is not installed`;
  return packageNamed(KERNEL) === undefined
    ? "no kernel in NSBOX_TEST_PACKAGES or known to apt-get"
    : undefined;
}

/** The user of the machine who is not root. */
export const MACHINE_USER = { name: "zion", uid: 1000 } as const;

/** Behind this a command is that user's, as after a log-in. */
export const AS_USER = `setpriv --reuid ${MACHINE_USER.uid} --regid ${MACHINE_USER.uid} --init-groups env HOME=/home/${MACHINE_USER.name} XDG_RUNTIME_DIR=/run/user/${MACHINE_USER.uid}`;

const INIT = `#!/bin/busybox sh
/bin/busybox mkdir -p /sbin /proc /sys /dev /host /up /root
/bin/busybox --install -s /sbin; export PATH=/bin:/sbin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
for module in /modules/*.ko; do insmod $module; done
ip link set lo up
mount -t 9p -o ro,cache=loose,trans=virtio,version=9p2000.L,msize=262144 host /host
mount -t tmpfs -o size=70% up /up; mkdir /up/u /up/w
mount -t overlay -o lowerdir=/host,upperdir=/up/u,workdir=/up/w overlay /root
cp /script.sh /root/script.sh
for at in proc sys dev; do mount --move /$at /root/$at; done
mkdir -p /root/dev/pts /root/dev/shm
mount -t devpts -o ptmxmode=666 pts /root/dev/pts; mount -t tmpfs shm /root/dev/shm
mount -t tmpfs -o mode=755 run /root/run; mount -t tmpfs tmp /root/tmp; chmod 1777 /root/tmp
mount -t cgroup2 cgroup2 /root/sys/fs/cgroup
exec switch_root /root $(cat /first)
`;

const SCRIPT_UNIT = `[Unit]
After=basic.target dbus.service
[Service]
Type=oneshot
ExecStart=/bin/bash /begin.sh
TimeoutStartSec=infinity
`;

/** The first program, or the unit's: runs the script, and switches the machine off. */
const BEGIN = `exec >/dev/ttyS1 2>&1
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb
echo ${BORDER}
bash /script.sh </dev/null
echo ${BORDER}
sync; sleep 0.2; echo 1 >/proc/sys/kernel/sysrq; echo o >/proc/sysrq-trigger; sleep 30
`;

const run = (argv: readonly string[]): void => {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { stderr: "pipe", stdin: null });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stdout}${stderr}`.slice(-4000));
};

/** A system and a kernel to boot it with. */
export interface Machine {
  /** Runs a bash script as root; what it printed. `systemd`: that is PID 1, and the script a unit. */
  boot(script: string, how: { readonly systemd: boolean; readonly seconds: number }): Promise<string>;
}

/** Makes both in `folder`: it takes minutes. */
export function makeMachine(folder: string): Machine {
  const tree = join(folder, "tree");
  mkdirSync(folder, { recursive: true });
  run(["debootstrap", "--variant=minbase", `--include=${PACKAGES.join()}`, "bookworm", tree]);
  run(["useradd", "-R", tree, "-m", "-u", `${MACHINE_USER.uid}`, "-s", "/bin/bash", MACHINE_USER.name]);
  copyFileSync(NSBOX, join(tree, "usr/local/bin/nsbox"));
  const files = {
    "begin.sh": BEGIN,
    "etc/fstab": "",
    "etc/machine-id": `${"0123456789abcdef".repeat(2)}\n`,
    "etc/systemd/system/script.service": SCRIPT_UNIT,
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(tree, path), text);
  const units = join(tree, "etc/systemd/system");
  mkdirSync(join(units, "multi-user.target.wants"), { recursive: true });
  run(["ln", "-sf", "../script.service", join(units, "multi-user.target.wants/script.service")]);
  run(["ln", "-sf", "/lib/systemd/system/multi-user.target", join(units, "default.target")]);
  const kernel = unpacked(KERNEL, join(folder, "kernel"));
  const boot = join(kernel, "boot");
  const image = uncompressed(join(boot, readdirSync(boot).find((name) => name.startsWith("vmlinuz-"))!));
  const modules = modulesInOrder(join(kernel, "lib/modules"), MODULES);
  return {
    async boot(script, { systemd, seconds }) {
      const archive = new Archive();
      archive.program("init", INIT);
      archive.program("bin/busybox", readFileSync(hostProgram("busybox")!));
      archive.program("first", systemd ? "/sbin/init" : "/bin/bash /begin.sh");
      archive.program("script.sh", script);
      for (const [index, file] of modules.entries())
        archive.copy(file, `modules/${`${index}`.padStart(3, "0")}-${basename(file)}`);
      const initrd = join(folder, "initramfs");
      await Bun.write(initrd, new Blob(archive.parts() as Uint8Array<ArrayBuffer>[]));
      return outputOf(image, initrd, tree, folder, seconds);
    },
  };
}

/** Runs a machine until it ends; throws with the end of its console where the script said nothing. */
async function outputOf(
  image: string,
  initrd: string,
  tree: string,
  folder: string,
  seconds: number,
): Promise<string> {
  const [log, disk] = [join(folder, "console"), join(folder, "disk")];
  writeFileSync(log, "");
  writeFileSync(disk, new Uint8Array(64 << 20));
  const argv = [
    hostProgram("qemu-system-x86_64")!,
    // Emulated also where there is KVM: nested in another machine that has been seen to fail.
    ...["-machine", "pc", "-accel", "tcg", "-cpu", "max,la57=off", "-m", "1536", "-smp", "1"],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-kernel", image],
    ...["-initrd", initrd, "-append"],
    "console=ttyS0 quiet panic=-1 mitigations=off cgroup_no_v1=all tsc=reliable no_timer_check",
    ...["-virtfs", `local,path=${tree},mount_tag=host,security_model=none,readonly=on,multidevs=remap`],
    ...["-drive", `file=${disk},format=raw,if=virtio`],
    ...["-serial", `file:${log}`, "-serial", "stdio"],
  ];
  const limits = { timeout: seconds * 1000, killSignal: "SIGKILL" } as const;
  const machine = Bun.spawn(argv, { stdin: "ignore", stdout: "pipe", stderr: "pipe", ...limits });
  const [out, err] = await Promise.all([machine.stdout.text(), machine.stderr.text()]);
  await machine.exited;
  const parts = out.replaceAll("\r", "").split(`${BORDER}\n`);
  if (parts.length < 3)
    throw new Error(`The machine did not end: ${err}${readFileSync(log, "latin1")}${out}`.slice(-8000));
  return parts.slice(1, -1).join("");
}
