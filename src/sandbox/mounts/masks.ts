/**
 * THE table of what the command is not to see of /proc and /sys, or not to write there. The operations, the
 * names that `--unmask` takes and the table in the documentation derive from it. The other engines' lists
 * are those of moby's default specification (28) and of podman (4.3).
 */
import type { Op } from "../../plan/plan.ts";

/** One path. */
export interface Mask {
  readonly path: string;
  /** `hide`: nothing is left of it. `read-only`: all below it too. */
  readonly how: "hide" | "read-only";
  /** What it would tell, or allow. */
  readonly why: string;
  /** Who has it by default too, in the same way. */
  readonly docker: boolean;
  readonly podman: boolean;
}

const mask = (how: Mask["how"], path: string, why: string, docker: boolean, podman: boolean): Mask => ({
  path,
  how,
  why,
  docker,
  podman,
});

/** All of them; what stands below another comes after it. */
export const MASKS: readonly Mask[] = [
  mask("hide", "/proc/acpi", "the host's power management; wakeup can be written", true, true),
  mask("hide", "/proc/asound", "what the host's sound cards play", true, false),
  mask("hide", "/proc/interrupts", "counts by which the host's activity can be timed", true, false),
  mask("hide", "/proc/kcore", "the kernel's memory", true, true),
  mask("hide", "/proc/keys", "keys of other users, by name", true, true),
  mask("hide", "/proc/latency_stats", "where the host's processes wait", true, true),
  mask("hide", "/proc/timer_list", "the host's timers, with kernel addresses", true, true),
  mask("hide", "/proc/timer_stats", "which of the host's processes set timers", true, true),
  mask("hide", "/proc/sched_debug", "the host's processes, by name", true, true),
  mask("hide", "/proc/scsi", "the host's disks; they can be removed by writing", true, true),
  mask("hide", "/sys/firmware", "tables of the firmware: serial numbers, boot variables", true, true),
  mask(
    "hide",
    "/sys/devices/virtual/powercap",
    "the power drawn, which tells of others' secrets",
    true,
    false,
  ),
  mask("hide", "/sys/dev/block", "the host's disks", false, true),
  mask("hide", "/sys/fs/selinux", "the host's SELinux policy", false, true),
  mask("read-only", "/proc/bus", "the host's PCI devices", true, true),
  mask("read-only", "/proc/fs", "settings of the host's filesystems", true, true),
  mask("read-only", "/proc/irq", "which processor serves which interrupt", true, true),
  mask("read-only", "/proc/sys", "the kernel's settings, most of them the host's", true, true),
  mask("read-only", "/proc/sysrq-trigger", "reboots the host", true, true),
  mask("read-only", "/sys", "the host's devices and kernel modules", true, true),
];

/**
 * Filesystems through which the kernel tells of the host or is steered. Wherever below ROOTFS one is mounted
 * it is hidden; for those in /proc and /sys there is the table.
 */
const KERNEL_FILESYSTEMS =
  "proc sysfs cgroup cgroup2 debugfs tracefs securityfs configfs efivarfs pstore bpf binfmt_misc";

/** The operation that does so, before anything that was asked for is mounted. */
export const hideKernelFilesystems: Op = { op: "hide_filesystems", types: KERNEL_FILESYSTEMS };

/** The operation that does it, for a path of the table or the same place in another mount. */
export const maskOp = ({ how }: Mask, path: string): Op =>
  how === "hide" ? { op: "mask", path } : { op: "read_only", path };
