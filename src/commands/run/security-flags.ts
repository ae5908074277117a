/** Options of `nsbox run` that open or close a layer of the sandbox, and limits. */
import type { Flag } from "../../cli/command.ts";
import { CAPABILITIES } from "../../sys/capabilities.ts";
import { RESOURCES } from "../../sys/resources.ts";

const group = "Security";
const LIMITS = "Limits of each process";
const kept = CAPABILITIES.flatMap(({ name, kept }) => (kept ? [name] : [])).join(" ");

/** The rows, in the order of the help. */
export const securityFlags = (): readonly Flag[] => [
  {
    long: "cap-add",
    value: "NAME[,NAME]",
    multiple: true,
    group,
    help: "Let the command have this capability, or ALL",
    text: `By default root inside has ${kept}, and no program can gain more. A user other than root has none but those added by name, which programs inherit.`,
  },
  {
    long: "cap-drop",
    value: "NAME[,NAME]",
    multiple: true,
    group,
    help: "Take this capability away, or ALL",
    text: "ALL leaves what --cap-add names.",
  },
  {
    long: "new-privs",
    group,
    help: "Let setuid programs and file capabilities work inside",
    text: "Without it no_new_privs is set, which cannot be undone.",
  },
  {
    long: "seccomp",
    value: "FILE|off|log",
    group,
    help: "Filter system calls by this profile; off: not at all; log: refuse none, log what would be",
    text: "FILE is JSON as runtimes take it (linux.seccomp of the OCI specification) or as docker and podman do (archMap, includes, excludes). The default profile follows the engines': see docs/security.md.",
  },
  {
    long: "seccomp-errno",
    value: "ERRNO",
    group,
    help: "Answer refused system calls with this error instead of EPERM",
  },
  {
    long: "landlock",
    value: "off",
    group,
    help: "Leave Landlock out",
    text: "By default Landlock keeps signals inside, and where the network is the host's, abstract sockets too (Linux 6.12).",
  },
  {
    long: "landlock-ro",
    value: "PATH",
    multiple: true,
    group,
    help: "Nothing but these paths may be reached: this one to read and execute",
    text: "A path inside, with all below it. Given once, everything that no --landlock-ro or --landlock-rw names is closed.",
  },
  { long: "landlock-rw", value: "PATH", multiple: true, group, help: "Likewise, to read, write and execute" },
  {
    long: "landlock-tcp",
    value: "PORT",
    multiple: true,
    group,
    help: "TCP may listen on and connect to these ports alone",
    text: "Needs Linux 6.7.",
  },
  {
    long: "privileged",
    group,
    help: "Switch all of these layers off: --cap-add ALL --new-privs --unmask ALL --seccomp off --landlock off",
    text: "What is left is namespaces. Run by root without a user namespace, the command is as good as root of this machine.",
  },
  {
    long: "ulimit",
    value: "NAME=SOFT[:HARD]",
    multiple: true,
    group: LIMITS,
    help: "Set a resource limit; unlimited for none",
    text: `Names: ${RESOURCES.map(({ name }) => name).join(", ")}. Without HARD both are the same. By default core is 1 byte, which writes no core file and feeds no crash handler of the host.`,
  },
  {
    long: "oom-score-adj",
    value: "SCORE",
    group: LIMITS,
    help: "Be killed sooner (up to 1000) or later (down to -1000) where memory runs out",
    text: "To be killed later than the caller takes CAP_SYS_RESOURCE.",
  },
  {
    long: "nice",
    value: "VALUE",
    group: LIMITS,
    help: "Run with this nice value, from -20 to 19",
    text: "A lower one than the caller's takes CAP_SYS_NICE.",
  },
  { long: "cpu-affinity", value: "CPUS", group: LIMITS, help: "Run on these processors alone: 0,2-3" },
];
