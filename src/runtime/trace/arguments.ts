/** What an announced call says it is about to do: its paths, with the flags that decide what they mean. */
import type { Arch } from "../../seccomp/arch.ts";
import { I386_SOCKETCALL, type PathArgument, SOCKETCALLS } from "../../seccomp/trace/calls.ts";
import { AUDIT_I386, i386Calls, nativeCalls } from "../../seccomp/trace/filter.ts";
import { textOf } from "./files.ts";
import type { Announced } from "./listener.ts";
import { bytesAt, stringAt } from "./memory.ts";

/** How a path was used. */
export type Way = "open" | "exec" | "stat" | "list" | "connect" | "write";

/** One path of a call. */
export interface Named {
  readonly way: Way;
  /** As the process wrote it; empty for the descriptor itself. */
  readonly path: string;
  /** The descriptor where a relative path begins; -100 for the working directory. */
  readonly at: number;
  readonly follow: boolean;
  readonly makes: boolean | "either";
  /** The descriptor is the root for this path: RESOLVE_IN_ROOT and RESOLVE_BENEATH. */
  readonly inRoot: boolean;
}

/** What one call names; `root`: it may change what paths mean. `unread`: paths that could not be read. */
export interface Reading {
  readonly named: readonly Named[];
  readonly root: boolean;
  readonly unread: number;
}

const ARM = process.arch === "arm64";
const O_ACCMODE = 3;
const [O_CREAT, O_EXCL, O_TRUNC, O_PATH] = [0o100, 0o200, 0o1000, 0o10000000];
const O_NOFOLLOW = ARM ? 0o100000 : 0o400000;
/** Without O_DIRECTORY, which comes with it. */
const O_TMPFILE = 0o20000000;
const [AT_FDCWD, AT_SYMLINK_NOFOLLOW, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH] = [-100, 0x100, 0x400, 0x1000];
const [RESOLVE_BENEATH, RESOLVE_IN_ROOT] = [0x08, 0x10];
const CLONE_NEWNS = 0x20000;
const AF_UNIX = 1;
const MOST_ADDRESS = 110;

const NATIVE = nativeCalls(process.arch as Arch);
const I386 = i386Calls();
const NOTHING: Reading = { named: [], root: false, unread: 0 };

type Arguments = Pick<Announced, "argument" | "int">;

/** Reads the call's arguments, in registers and in the memory of whoever makes it. */
export function readCall(call: Announced): Reading {
  let [table, args]: [typeof NATIVE, Arguments] = [NATIVE, call];
  let found = table.get(call.number);
  if (call.arch === AUDIT_I386) {
    table = I386;
    found = table.get(call.number);
    if (call.number === I386_SOCKETCALL) {
      const words = bytesAt(call.pid, call.argument(1), 12);
      const wanted = SOCKETCALLS[call.int(0)];
      found = [...I386.values()].find(({ name }) => name === wanted);
      if (words === undefined || found === undefined) return NOTHING;
      args = wordsOf(words);
    }
  }
  if (found === undefined) return NOTHING;
  const named: Named[] = [];
  let [root, unread] = [false, 0];
  for (const argument of found.paths) {
    if (argument.deed === "root") root ||= changesRoot(call.pid, argument, args);
    const one = readPath(call.pid, argument, args);
    if (one === "unread") unread++;
    else if (one !== undefined) named.push(one);
  }
  return { named, root, unread };
}

function wordsOf(bytes: Uint8Array): Arguments {
  const words = new Uint32Array(bytes.slice().buffer);
  return { argument: (index) => words[index]!, int: (index) => words[index]! | 0 };
}

function changesRoot(pid: number, { cloneFlags, cloneArgs }: PathArgument, args: Arguments): boolean {
  if (cloneFlags !== undefined) return (args.int(cloneFlags) & CLONE_NEWNS) !== 0;
  if (cloneArgs === undefined) return true;
  const first = bytesAt(pid, args.argument(cloneArgs), 8);
  return first === undefined || ((first[2]! << 16) & CLONE_NEWNS) !== 0;
}

function readPath(pid: number, argument: PathArgument, args: Arguments): Named | "unread" | undefined {
  const { deed, path, at, flags, addressLength } = argument;
  if (path === undefined && at === undefined) return undefined;
  const atFlags = flags === undefined ? 0 : args.int(flags);
  const from = at === undefined ? AT_FDCWD : args.int(at);
  let text: string | undefined = "";
  if (addressLength !== undefined) {
    text = socketPath(pid, args.argument(path!), args.int(addressLength));
    if (text === "") return undefined;
  } else if (path !== undefined && args.argument(path) !== 0) {
    const bytes = stringAt(pid, args.argument(path));
    text = bytes === undefined ? undefined : textOf(bytes);
    if (text === "" && (atFlags & AT_EMPTY_PATH) === 0) return undefined;
  } else if (path !== undefined && at === undefined) return undefined;
  if (text === undefined) return "unread";
  // Whatever a descriptor leads to was opened by a path before, or is the caller's.
  if (text === "" && deed !== "exec" && deed !== "list") return undefined;
  const opening = openingOf(pid, argument, args);
  if (opening === undefined) return "unread";
  const follow =
    argument.followOnly === true
      ? (atFlags & AT_SYMLINK_FOLLOW) !== 0
      : argument.noFollow !== true &&
        (atFlags & AT_SYMLINK_NOFOLLOW) === 0 &&
        (opening.flags & O_NOFOLLOW) === 0 &&
        (opening.flags & (O_CREAT | O_EXCL)) !== (O_CREAT | O_EXCL);
  return {
    way: wayOf(argument, opening.flags),
    path: text,
    at: from,
    follow,
    makes: argument.makes ?? makesOf(opening.flags),
    inRoot: (opening.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) !== 0,
  };
}

function makesOf(flags: number): boolean | "either" {
  if ((flags & O_CREAT) === 0) return false;
  return (flags & O_EXCL) === 0 ? "either" : true;
}

/** The flags of open(2), and of struct open_how. */
function openingOf(
  pid: number,
  { openFlags, openHow }: PathArgument,
  args: Arguments,
): { readonly flags: number; readonly resolve: number } | undefined {
  if (openFlags !== undefined) return { flags: args.int(openFlags), resolve: 0 };
  if (openHow === undefined) return { flags: 0, resolve: 0 };
  const bytes = bytesAt(pid, args.argument(openHow), 24);
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 24);
  return { flags: view.getInt32(0, true), resolve: view.getInt32(16, true) };
}

function wayOf({ deed }: PathArgument, flags: number): Way {
  if (deed === "root") return "stat";
  if (deed !== "open") return deed;
  if ((flags & O_PATH) !== 0) return "stat";
  return (flags & (O_ACCMODE | O_CREAT | O_TRUNC | O_TMPFILE)) === 0 ? "open" : "write";
}

/** The path of a unix socket; "" for any other address, see unix(7). */
function socketPath(pid: number, address: number, length: number): string | undefined {
  if (length < 4 || length > MOST_ADDRESS) return "";
  const bytes = bytesAt(pid, address, length);
  if (bytes === undefined) return undefined;
  if (bytes[0] !== AF_UNIX || bytes[1] !== 0 || bytes[2] === 0) return "";
  const end = bytes.indexOf(0, 2);
  return textOf(bytes.subarray(2, end < 0 ? length : end));
}
