/** Nodes made by hand, for the tests of what is written from them. */
import type { Attribute, Node, NodeType } from "../../rootfs-tools/layout/node.ts";

const encoder = new TextEncoder();

/** Seconds that the nodes' times are, unless a test wants others. */
export const TIME = 1_600_000_000;

type Extras = Partial<Omit<Node, "path" | "type">>;

/** A node that belongs to root, with nothing unusual about it. */
export const node = (path: string, type: NodeType, mode: number, extras: Extras = {}): Node => ({
  path,
  type,
  mode,
  uid: 0,
  gid: 0,
  mtimeNs: BigInt(TIME) * 1_000_000_000n,
  size: 0,
  attributes: [],
  kind: type === "directory" ? "directory" : "config",
  why: [],
  ...extras,
});

/** A directory. */
export const directory = (path: string, extras: Extras = {}): Node => node(path, "directory", 0o755, extras);

/** A file that holds `text`. */
export function file(path: string, text: string, extras: Extras = {}): Node {
  const content = encoder.encode(text);
  return node(path, "file", 0o644, { content, size: content.length, ...extras });
}

/** A file with the content of the host's `source`. */
export const copied = (path: string, source: string, extras: Extras = {}): Node =>
  node(path, "file", 0o755, { content: source, size: Bun.file(source).size, ...extras });

/** A symbolic link. */
export const link = (path: string, target: string): Node => node(path, "link", 0o777, { target });

/** `path` as another name of `first`. */
export function twin(path: string, first: Node): Node {
  const { content: _, ...rest } = first;
  return { ...rest, path, twin: first.path };
}

/** cap_net_raw=ep, as struct vfs_cap_data of linux/capability.h in its second version. */
export const CAPABILITY: Attribute = [
  "security.capability",
  new Uint8Array([1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
];

/** An ACL that lets user 1234 read and write, and group 4321 read; with `search` all may search the directory. */
export function acl(name: "access" | "default", search: 0 | 1 = 0): Attribute {
  const entries: readonly (readonly [tag: number, rights: number, id: number])[] = [
    [0x01, 6, 0xffffffff],
    [0x02, 6, 1234],
    [0x04, 4, 0xffffffff],
    [0x08, 4, 4321],
    [0x10, 6, 0xffffffff],
    [0x20, 4, 0xffffffff],
  ];
  const view = new DataView(new ArrayBuffer(4 + 8 * entries.length));
  view.setUint32(0, 2, true);
  for (const [index, [tag, rights, id]] of entries.entries()) {
    view.setUint16(4 + 8 * index, tag, true);
    view.setUint16(6 + 8 * index, rights | search, true);
    view.setUint32(8 + 8 * index, id, true);
  }
  return [`system.posix_acl_${name}`, new Uint8Array(view.buffer)];
}

const LONG_NAME = "n".repeat(255);

/** A directory whose path has over 2,000 bytes. */
const deepest = (): string => {
  let path = "/deep";
  for (let level = 0; level < 8; level++) path += `/${"d".repeat(250)}${level}`;
  return path;
};

/** A tree with one of everything, whose contents are its own. */
export function everything(): Node[] {
  const deep = deepest();
  const parts = deep.slice(1).split("/");
  const shared = file("/bin/shared", "one file, three names\n", { mode: 0o755 });
  const empty = file("/empty", "");
  return [
    directory("/", { mode: 0o755 }),
    directory("/bin"),
    shared,
    twin("/bin/other", shared),
    file("/bin/setuid", "s", { mode: 0o6755 }),
    file("/bin/capable", "c", { mode: 0o755, attributes: [CAPABILITY] }),
    twin("/again", shared),
    ...parts.map((_, index) => directory(`/${parts.slice(0, index + 1).join("/")}`)),
    file(`${deep}/file`, "deep\n"),
    twin(`${deep}/shared`, shared),
    directory("/dev"),
    node("/dev/null", "character", 0o666, { device: [1, 3] }),
    node("/dev/loop7", "block", 0o660, { gid: 6, device: [7, 1048575] }),
    empty,
    twin("/empty-too", empty),
    node("/fifo", "fifo", 0o600),
    link("/link", "bin/shared"),
    link("/long-link", `/${"l".repeat(300)}`),
    link("/ünï-link", "bin/ünï"),
    file(`/${LONG_NAME}`, "long\n"),
    file("/new\nline", "newline\n"),
    file("/naïve 名前 🎉", "ünï\n"),
    file("/owned", "o", { uid: 3_000_000_000, gid: 2_500_000, mode: 0o640 }),
    directory("/sticky", { mode: 0o1777 }),
    file("/times", "t", { mtimeNs: 1_234_567_890_987_654_321n }),
    file("/user", "u", {
      attributes: [
        ["user.a=b%c", encoder.encode("x")],
        ["user.bytes", new Uint8Array([0, 255, 10])],
      ],
    }),
    file("/acl", "a", { mode: 0o664, attributes: [acl("access")] }),
    directory("/acls", { mode: 0o775, attributes: [acl("access", 1), acl("default", 1)] }),
  ];
}
