/** Where secrets are planted: what stands before the command line, as whoever runs the tests, then as the caller. */

/** Runs `ready`, the command, and `check`: where that succeeds, something outside has changed. */
const checked = (ready: string, check: string): readonly string[] => [
  "bash",
  "-c",
  `${ready}; "$@" | cat; status=\${PIPESTATUS[0]}; { ${check}; } && : >{folder}/hit; exit $status`,
  "bash",
];

/** Runs the command with `@major` and `@minor` replaced by the numbers of `$disk`, which `ready` sets. */
const onDisk = (ready: string): readonly string[] => [
  "bash",
  "-c",
  `set -e; ${ready}
  major=$(stat -c %Hr "$disk") minor=$(stat -c %Lr "$disk") words=()
  for word; do
    case $word in @major) word=$major ;; @minor) word=$minor ;; esac
    words+=("$word")
  done
  \${nodes:+eval "$nodes"}
  "\${words[@]}"`,
  "bash",
];

/** The file `{folder}/disk` as a disk, by a loop device that is taken away again. */
const disk = (nodes: string): readonly string[] =>
  onDisk(
    `disk=$(losetup --find --show --read-only {folder}/disk); trap 'losetup --detach "$disk"' EXIT; nodes='rm -f {tree}/node {folder}/node; ${nodes}'`,
  );

/** What surrounds an attempt. */
export interface Surroundings {
  /** For the table: "outside is …". */
  readonly says: string;
  /** Before the caller's identity is taken: needs root where it is there. */
  readonly before?: readonly string[];
  /** After it. */
  readonly around?: readonly string[];
}

/** `{outside}` holds the programs of that name. */
export const OUTSIDE = {
  "a file": { says: "a file" },
  "a directory as descriptor 3": {
    says: "a file below a directory that is open as descriptor 3",
    around: ["bash", "-c", 'exec "$@" 3</', "bash"],
  },
  "a directory as standard input": {
    says: "a file below a directory that is standard input",
    around: ["bash", "-c", 'exec "$@" </', "bash"],
  },
  "a socket as descriptor 3": {
    says: "a file below a directory that somebody outside sends over an inherited socket",
    around: ["{outside}/pass"],
  },
  "the caller's environment": {
    says: "a variable of the caller's environment",
    around: ["env", "CALLERS={secret}"],
  },
  "the first process": {
    says: "PID 1 outside, with the secret in its environment, arguments, memory, map and descriptors",
    before: ["unshare", "-pf", "--kill-child", "--mount-proc"],
    around: ["{outside}/first", "{secret}", "{folder}"],
  },
  "the first process, seen from the root": {
    says: "PID 1 outside, and a mount of /proc below the root filesystem",
    before: [
      "unshare",
      "-pf",
      "--kill-child",
      "--mount-proc",
      "bash",
      "-c",
      'mount -t proc proc {tree}/mnt && exec "$@"',
      "bash",
    ],
    around: ["{outside}/first", "{secret}", "{folder}"],
  },
  "the process group": {
    says: "the caller's process group",
    around: ["{outside}/group", "{folder}"],
  },
  "a System V segment": { says: "a System V segment", around: ["{outside}/ipc", "segment", "{secret}"] },
  "a message queue": { says: "a POSIX message queue", around: ["{outside}/ipc", "queue", "{secret}"] },
  "an abstract socket": {
    says: "a listener on an abstract socket",
    around: ["{outside}/listen", "abstract", "{secret}"],
  },
  "a port of the loopback": {
    says: "a listener on 127.0.0.1",
    around: ["{outside}/listen", "tcp", "{secret}"],
  },
  "a port of the machine": {
    says: "a listener on AF_VSOCK",
    around: ["{outside}/listen", "vsock", "{secret}"],
  },
  "the session keyring": {
    says: "a key in the caller's session keyring",
    around: ["{outside}/keys", "session", "{secret}"],
  },
  "the user keyring": {
    says: "a key in the caller's user keyring",
    around: ["{outside}/keys", "user", "{secret}"],
  },
  "a key's description": {
    says: "the name of a key of the caller's",
    around: ["{outside}/keys", "described", "{secret}"],
  },
  "the terminal": { says: "the terminal of a shell", around: ["{outside}/terminal", "{folder}"] },
  "a BPF map": { says: "a BPF map", before: ["{outside}/table", "{secret}"] },
  "the host's name": { says: "the host name", before: ["{outside}/host", "{folder}"] },
  "a cgroup": { says: "the caller's cgroup", before: ["{outside}/cgroup", "{uid}", "{folder}"] },
  "a disk": { says: "a file on a disk", before: disk("") },
  "a disk with nodes": {
    says: "a file on a disk, with device nodes made outside",
    before: disk(
      'mknod -m 666 {tree}/node b "$major" "$minor"; mknod -m 666 {folder}/node b "$major" "$minor"',
    ),
  },
  "the machine's disk": { says: "the machine's disk", before: onDisk("disk=/dev/vda") },
  "a name that changes places": {
    says: "somebody who lets a directory of the root filesystem and a link to outside change places",
    around: ["{outside}/swap", "{tree}/spot", "{tree}/spot-link"],
  },
  "a file's handle": {
    says: "a file, of which the number is known",
    before: ["bash", "-c", 'handle=$({programs}/handle of {file}) && exec "${@/#@/$handle}"', "bash"],
  },
  "an empty directory": {
    says: "an empty directory",
    before: checked("mkdir -p {folder}/b", "! test -e {folder}/b"),
  },
  "a directory": {
    says: "a directory that holds one file",
    before: checked(":", 'test "$(ls {folder})" != secret'),
  },
  "the launcher's file": {
    says: "the launcher's own file",
    // In a PID namespace, so that no process of the machine is seen. What the attack leaves behind holds
    // standard output until it has tried.
    before: [
      "unshare",
      "-pf",
      "--kill-child",
      "--mount-proc",
      "bash",
      "-c",
      `file=$(stat -c %d:%i {launcher}); "\${@/#@/$file}" | cat
      test "$(head -c 11 {launcher} | tr -d '\\0')" = overwritten && : >{folder}/hit`,
      "bash",
    ],
  },
  "shared mounts": {
    says: "the host's mounts, shared",
    before: ["unshare", "-m", ...checked("mount --make-rshared /", "test -e {tree}/mnt/hit")],
  },
  "the machine": { says: "the machine" },
} as const satisfies Record<string, Surroundings>;

/** A name in that table. */
export type Outside = keyof typeof OUTSIDE;
