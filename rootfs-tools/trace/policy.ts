/**
 * What a traced program used and a tree does not get by itself: places that hold a person's files or the
 * state of a running system, and secrets. `--trace-allow` lets a path through.
 */
import type { Entry } from "../files/paths.ts";

/** Why something is withheld. The order is that of the notes. */
export const WITHHELD = {
  kernel: "the kernel's, which whoever runs the tree brings",
  written: "written by the command",
  made: "made by the command",
  person: "in a home directory",
  state: "state of this running system",
  temporary: "temporary",
  secret: "secret",
  private: "not readable by everybody",
  socket: "a socket, which only a running program can make",
} as const;

/** One of the reasons. */
export type Withheld = keyof typeof WITHHELD;

/** THE table: glob patterns of paths, see Bun.Glob; all that is below a match is meant as well. */
const PLACES: readonly (readonly [Withheld, readonly string[]])[] = [
  ["kernel", ["/proc/*", "/sys/*", "/dev/*"]],
  ["person", ["/home/*", "/root/*"]],
  ["state", ["/run/*"]],
  ["temporary", ["/tmp/*", "/var/tmp/*"]],
  [
    "secret",
    [
      "/etc/{shadow,gshadow}{,-}",
      "/etc/security/opasswd",
      "/etc/sudoers{,.d/*}",
      "/etc/ssh/ssh_host_*_key",
      "/etc/ssl/private/*",
      "/etc/pki/{tls,CA}/private/*",
      "/etc/letsencrypt/{accounts,archive,keys,live}/*",
      "/etc/krb5.keytab",
      "/etc/{wireguard,crypttab,ipsec.secrets,ppp/*-secrets}",
      "/etc/NetworkManager/system-connections/*",
      "/etc/{kubernetes,rancher}/*",
      "/etc/docker/key.json",
      "/etc/mysql/debian.cnf",
      "/var/lib/{sss,private,systemd/credential.secret}",
      "/**/.{ssh,gnupg,aws,kube,netrc,pgpass,my.cnf,git-credentials}",
      "/**/.docker/config.json",
    ],
  ],
];

const TABLE = PLACES.map(([why, globs]) => ({ why, globs: globs.map((glob) => new Bun.Glob(glob)) }));

/** The path and every directory above it but `/`, the path first. */
function withDirectories(path: string): string[] {
  const all: string[] = [];
  for (let at = path; at !== "" && at !== "/"; at = at.slice(0, at.lastIndexOf("/"))) all.push(at);
  return all;
}

/** Patterns that a path matches by itself or by a directory it lies in. */
export class Patterns {
  readonly #globs: readonly InstanceType<typeof Bun.Glob>[];

  constructor(patterns: readonly string[]) {
    this.#globs = patterns.map((pattern) => new Bun.Glob(pattern.replace(/(?<=.)\/+$/, "")));
  }

  /** Whether one of the patterns means `path`. */
  match(path: string): boolean {
    if (this.#globs.length === 0) return false;
    const paths = withDirectories(path);
    return this.#globs.some((glob) => paths.some((one) => glob.match(one)));
  }
}

/** Why `path` is withheld for its place; undefined where it is not. */
export function placeOf(path: string): Withheld | undefined {
  const paths = withDirectories(path);
  return TABLE.find(({ globs }) => globs.some((glob) => paths.some((one) => glob.match(one))))?.why;
}

const READABLE_BY_OTHERS = 0o4n;

/** Whether others may not read the file, and it is not there to be executed by them either. */
export function isPrivate(entry: Entry): boolean {
  const mode = entry.stat?.mode ?? 0o4n;
  return entry.kind === "file" && (mode & READABLE_BY_OTHERS) === 0n && (mode & 0o1n) === 0n;
}
