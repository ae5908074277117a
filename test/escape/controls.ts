/** How a way out is tried without protection: what stands before the attack. */

interface ControlRow {
  /** For the table. */
  readonly says: string;
  readonly argv: readonly string[];
}

/** `script`, as bash in a mount namespace of its own: `$tree` and `$folder` are the places, "$@" is the attack. */
const script = (text: string): readonly string[] => [
  "unshare",
  "-m",
  "bash",
  "-c",
  `tree=$1 folder=$2; shift 2; ${text}`,
  "bash",
  "{tree}",
  "{folder}",
];

const PROC = 'mount -t proc proc "$tree/proc"';

/** The first is the plain one. `{outside}` holds the programs of that name. */
export const CONTROLS = {
  chroot: { says: "chroot(1)", argv: ["chroot", "{tree}"] },
  "chroot with /proc": {
    says: "chroot(1), /proc mounted",
    argv: script(`${PROC} && exec chroot "$tree" "$@"`),
  },
  "chroot with /sys": {
    says: "chroot(1), /sys mounted",
    argv: script('mount -t sysfs sysfs "$tree/sys" && exec chroot "$tree" "$@"'),
  },
  "chroot as an ordinary user": {
    says: "chroot(1), another user",
    argv: ["chroot", "--userspec=1000:1000", "{tree}"],
  },
  "chroot with a bind": {
    says: "chroot(1), a directory bound",
    argv: script('mount --bind "$folder" "$tree/mnt" && exec chroot "$tree" "$@"'),
  },
  "chroot with a bind, as an ordinary user": {
    says: "chroot(1), a directory bound, another user",
    argv: script('mount --bind "$folder" "$tree/mnt" && exec chroot --userspec=1000:1000 "$tree" "$@"'),
  },
  "chroot with a read-only bind": {
    says: "chroot(1), a directory bound read-only",
    argv: script(
      'mount --bind "$folder" "$tree/mnt" && mount -o remount,bind,ro "$tree/mnt" && exec chroot "$tree" "$@"',
    ),
  },
  "PID 1 stays": {
    says: "unshare(1) and chroot(1), a shell as PID 1",
    argv: [
      "unshare",
      "-mpf",
      "bash",
      "-c",
      'mount -t proc proc "$0/proc" && chroot "$0" env -i "PATH=$PATH" "$@"; exit $?',
      "{tree}",
    ],
  },
  "shared mounts": {
    says: "unshare(1) on a host whose mounts are shared, and chroot(1)",
    argv: ["unshare", "-m", "--propagation", "unchanged", "chroot", "{tree}"],
  },
  "no capabilities": {
    says: "pivot_root(8), nearly all capabilities dropped",
    argv: script(
      `mount --bind "$tree" "$tree" && ${PROC} && cd "$tree" && mkdir -p old && pivot_root . old && exec setpriv --bounding-set=-all,+setfcap --inh-caps=-all "$@"`,
    ),
  },
  "a careless launcher": {
    says: "a launcher with a descriptor left open",
    argv: script(`${PROC} && exec "{outside}/careless" "{try}" "$tree" "$@"`),
  },
  "a careless launcher as interpreter": {
    says: "a launcher with a descriptor left open",
    argv: script(`${PROC} && exec "{outside}/careless" / "$tree" "$@"`),
  },
  "a launcher that goes nowhere": {
    says: "a launcher that stays in its working directory",
    argv: ["{outside}/careless", "", "{tree}"],
  },
  "a launcher that can be seen": {
    says: "a launcher whose process is visible inside",
    argv: script(`${PROC} && exec {launcher} / "$tree" "$@"`),
  },
  "a filter on keyctl": {
    says: "chroot(1) and a filter that knows keyctl by number",
    argv: ["{outside}/filtered", "keyctl", "chroot", "{tree}"],
  },
  "a filter on sockets": {
    says: "chroot(1) and a filter on socket and connect",
    argv: ["{outside}/filtered", "socket", "chroot", "{tree}"],
  },
  "mounts by path": {
    says: "mkdir -p and mount(8) on the path",
    argv: script(
      'mkdir -p "$tree/spot/hit" && mount -t tmpfs tmpfs "$tree/spot/hit" && exec chroot "$tree" "$@"',
    ),
  },
  "fills by path": {
    says: "mkdir -p and mknod(1) on the path",
    argv: script('mkdir -p "$tree/dev" && mknod "$tree/dev/null" c 1 3 && chroot "$tree" "$@"'),
  },
  "mounts by path, again and again": {
    says: "mkdir -p and mount(8) on the path, until it is hit",
    argv: script(
      'for ((i = 0; i < 2000; i++)); do mkdir "$tree/spot/hit" && test -e "$folder/hit" && break; rmdir "$tree/spot/hit"; done',
    ),
  },
  "removes by path": {
    says: "mkdir -p, mount(8), chroot(1), umount(8), rmdir(1) by path",
    argv: script(
      'mkdir -p "$tree/a/b" && mount -t tmpfs tmpfs "$tree/a/b" && chroot "$tree" "$@"; umount "$tree/old/b"; rmdir "$tree/a/b"',
    ),
  },
} as const satisfies Record<string, ControlRow>;

/** A name in that table. */
export type Control = keyof typeof CONTROLS;
