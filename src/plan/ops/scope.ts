/** What is done to the command's cgroups by others than their files: systemd, and programs of BPF. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const SCOPE = {
  systemd_scope: {
    where: "before",
    undo: "systemd: a scope without processes is removed",
    says: "Have systemd make the scope {unit}, the cgroup {group}, and go into it",
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
      // Where in the message the number of this process is to stand.
      pid: "number",
      // 1: where it cannot be had the run goes on without.
      optional: "number",
    },
  },
  systemd_attach: {
    where: "before",
    undo: "ends",
    says: "Have systemd put this process into the scope {unit}, since its user may not",
    call: "connect, sendto; org.freedesktop.systemd1.Manager.AttachProcessesToUnit",
    man: "org.freedesktop.systemd1(5)",
    // As above.
    fields: {
      unit: "string",
      socket: "path",
      bus: "string",
      greeting: "base64",
      message: "base64",
      pid: "number",
    },
  },
  cgroup_devices: {
    where: "before",
    undo: "goes with the group",
    says: "Let those in the cgroup {path} reach these devices and no others: {text} ({program})",
    call: "bpf BPF_PROG_LOAD BPF_PROG_TYPE_CGROUP_DEVICE, BPF_PROG_ATTACH",
    man: "bpf(2)",
    fields: { path: "path", text: "string", program: "bpf" },
  },
  cgroup_override: {
    where: "before",
    undo: "goes with the group",
    says: "Write what {file} says to the files of the cgroups, where a limit was changed since",
    call: "write",
    man: "cgroups(7)",
    // Lines of path, tab and value.
    fields: { file: "path" },
  },
} as const satisfies Readonly<Record<string, Operation>>;
