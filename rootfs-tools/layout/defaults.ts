/** The little that a tree needs beyond programs, for names in `ls -l`, `id` and `ps`. */
import type { Made, Reason } from "../collect/manifest.ts";
import type { Host } from "../load/host.ts";
import type { Layout } from "./layout.ts";

const WHY: readonly Reason[] = [{ by: "", name: "", rule: "default, left out with --bare" }];
const NOBODY = 65534;

const DIRECTORIES: readonly (readonly [path: string, mode: number])[] = [
  ["/dev", 0o755],
  ["/proc", 0o755],
  ["/root", 0o700],
  ["/run", 0o755],
  ["/sys", 0o755],
  ["/tmp", 0o1777],
];

const PASSWD = [
  "root:x:0:0:root:/root:/bin/sh",
  `nobody:x:${NOBODY}:${NOBODY}:nobody:/nonexistent:/usr/sbin/nologin`,
];
const GROUP = ["root:x:0:", "tty:x:5:", `nogroup:x:${NOBODY}:`];

/** The `files` of nsswitch.conf(5) are part of glibc itself since 2.34: no library has to be there. */
const NSSWITCH = [
  "passwd: files",
  "group: files",
  "shadow: files",
  "hosts: files dns",
  "services: files",
  "",
];
const HOSTS = ["127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback", ""];

/** For a tree whose only program is a shell: what `nsbox run -u NAME` named is there to be seen. */
const HOSTNAME = `#!/bin/sh
# hostname(1) for a tree without it: prints the name, and cannot set it
if [ $# -gt 0 ]; then
  echo "hostname: this one only prints the name" >&2
  exit 1
fi
if read -r name 2>/dev/null </proc/sys/kernel/hostname; then echo "$name"; else echo "\${HOSTNAME:-unknown}"; fi
`;
const HOSTNAME_PLACES = ["/bin/hostname", "/usr/bin/hostname", "/usr/local/bin/hostname"];

/** Whose names the tree should know, besides root and nobody. */
export interface Known {
  readonly users: ReadonlySet<number>;
  readonly groups: ReadonlySet<number>;
}

/** Adds the usual empty directories and a small /etc, with `host`'s names. What is there already stays. */
export function addDefaults(layout: Layout, host: Host, { users, groups }: Known): void {
  for (const [path, mode] of DIRECTORIES) layout.make(path, { type: "directory", mode }, "directory", WHY);
  layout.make("/etc/passwd", text(database(host, PASSWD, "/etc/passwd", users)), "config", WHY);
  layout.make("/etc/group", text(database(host, GROUP, "/etc/group", groups)), "config", WHY);
  layout.make("/etc/nsswitch.conf", text(NSSWITCH.join("\n")), "config", WHY);
  layout.make("/etc/hosts", text(HOSTS.join("\n")), "config", WHY);
  const lacksHostname = HOSTNAME_PLACES.every((path) => !isFile(layout, path) || isOurs(layout, path));
  if (isFile(layout, "/bin/sh") && lacksHostname) {
    layout.make("/bin/hostname", text(HOSTNAME, 0o755), "config", WHY);
  }
}

const text = (content: string, mode = 0o644): Made => ({
  type: "file",
  mode,
  content: new TextEncoder().encode(content),
});

const isOurs = (layout: Layout, path: string): boolean =>
  new TextDecoder().decode(layout.read(path)) === HOSTNAME;

const isFile = (layout: Layout, path: string): boolean => layout.walk(path).entry?.kind === "file";

/** `lines`, and the host's lines of those `ids` that are not among them. passwd(5) and group(5) alike. */
function database(host: Host, lines: readonly string[], path: string, ids: ReadonlySet<number>): string {
  const idOf = (line: string) => Number(line.split(":")[2]);
  const known = new Set(lines.map(idOf));
  const added = new Map<number, string>();
  for (const line of host.text(path).split("\n")) {
    const id = idOf(line);
    if (!ids.has(id) || known.has(id) || added.has(id)) continue;
    // Members of groups, and second fields that hold a password, are nobody's business in the tree.
    const [name, , ...rest] = line.split(":");
    added.set(id, [name, "x", ...(path === "/etc/group" ? [id, ""] : rest)].join(":"));
  }
  const sorted = [...added].toSorted(([a], [b]) => a - b).map(([, line]) => line);
  return `${[...lines, ...sorted].join("\n")}\n`;
}
