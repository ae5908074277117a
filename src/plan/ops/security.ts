/** What confines the command beyond namespaces. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const SECURITY = {
  keyring: {
    where: "inside",
    undo: "ends",
    says: "Start with an empty session keyring",
    call: "keyctl KEYCTL_JOIN_SESSION_KEYRING",
    man: "session-keyring(7)",
    fields: {},
  },
  oom_score_adj: {
    where: "inside",
    undo: "ends",
    says: "Set the badness for the out-of-memory killer to {score}",
    call: "write /proc/self/oom_score_adj",
    man: "proc_pid_oom_score_adj(5)",
    fields: { score: "number" },
  },
  limit: {
    where: "inside",
    undo: "ends",
    says: "Set the resource limit {resource} to {soft}, at most {hard}",
    call: "prlimit64",
    man: "getrlimit(2)",
    // lower: 1 to leave a limit that is lower already.
    fields: { resource: "resource", soft: "number", hard: "number", lower: "number" },
  },
  nice: {
    where: "inside",
    undo: "ends",
    says: "Set the nice value to {value}",
    call: "setpriority",
    man: "setpriority(2)",
    fields: { value: "number" },
  },
  cpu_affinity: {
    where: "inside",
    undo: "ends",
    says: "Run on these processors: {cpus}",
    call: "sched_setaffinity",
    man: "sched_setaffinity(2)",
    fields: { cpus: "string" },
  },
  no_new_privs: {
    where: "inside",
    undo: "ends",
    says: "Give up, for good, to gain privileges by executing a program",
    call: "prctl PR_SET_NO_NEW_PRIVS",
    man: "PR_SET_NO_NEW_PRIVS(2const)",
    fields: {},
  },
  landlock_ruleset: {
    where: "inside",
    undo: "ends",
    says: "Make a Landlock ruleset (files {filesystem}, TCP {tcp}, scope {scope})",
    call: "landlock_create_ruleset",
    man: "landlock_create_ruleset(2)",
    // needed: the ABI without which this fails; 0 to do without what the kernel lacks.
    fields: { filesystem: "number", tcp: "number", scope: "number", needed: "number" },
  },
  landlock_path: {
    where: "inside",
    undo: "ends",
    says: "Allow what is below {path} (write: {write})",
    call: "landlock_add_rule",
    man: "landlock_add_rule(2)",
    fields: { path: "path", write: "number" },
  },
  landlock_port: {
    where: "inside",
    undo: "ends",
    says: "Allow TCP port {port}",
    call: "landlock_add_rule",
    man: "landlock_add_rule(2)",
    fields: { port: "number" },
  },
  landlock_restrict: {
    where: "inside",
    undo: "ends",
    says: "Enforce the Landlock ruleset",
    call: "landlock_restrict_self",
    man: "landlock_restrict_self(2)",
    fields: {},
  },
  guard_terminal: {
    where: "inside",
    undo: "ends",
    says: "Refuse to type into the caller's terminal (TIOCSTI, TIOCLINUX)",
    call: "seccomp",
    man: "ioctl_tty(2)",
    fields: {},
  },
} as const satisfies Readonly<Record<string, Operation>>;
