/** What is done to the command's cgroups by others than their files: systemd, and programs of BPF. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const SCOPE = {
  systemd_scope: {
    where: "outside",
    undo: "systemd: a scope without processes is removed",
    says: "Have systemd make the scope {unit}, which is the cgroup {group}, with the process and the monitor in it",
    call: "connect, sendto; org.freedesktop.systemd1.Manager.StartTransientUnit",
    man: "org.freedesktop.systemd1(5)",
    fields: {
      unit: "string",
      group: "path",
      // systemd's own socket; or else that of a message bus, where `greeting` is sent first.
      socket: "path",
      bus: "string",
      greeting: "base64",
      message: "base64",
      // The numbers that are still to be put in: "OFFSET:child OFFSET:self".
      patches: "string",
      // 1: where it cannot be had the run goes on without.
      optional: "number",
    },
  },
  cgroup_devices: {
    where: "outside",
    undo: "goes with the group",
    says: "Let those in the cgroup {path} reach these devices and no others: {text} ({program})",
    call: "bpf BPF_PROG_LOAD BPF_PROG_TYPE_CGROUP_DEVICE, BPF_PROG_ATTACH",
    man: "bpf(2)",
    fields: { path: "path", text: "string", program: "bpf" },
  },
} as const satisfies Readonly<Record<string, Operation>>;
