/** From words to what is made inside: `--symlink`, `--dir`, `--file`, `--device`. */
import type { DeviceStat, MountItem } from "../../sandbox/mounts/request.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { asWritten, hide, show, split } from "./colons.ts";
import { PATH_MAX, sourcePath, targetPath } from "./mount-values.ts";

/** `TARGET:LINK`; the last `:/` parts them. */
export function readSymlink(value: string): MountItem {
  const typed = `--symlink ${value}`;
  const [, to, link] = /^(.+):(\/[^:]*)$/s.exec(hide(value, ":")) ?? [];
  if (to === undefined || link === undefined) {
    throw new UsageError(`Invalid "${typed}": it takes TARGET:LINK`, "--symlink usr/lib64:/lib64");
  }
  const leadsTo = show(to, ":");
  if (Buffer.byteLength(leadsTo) >= PATH_MAX) {
    throw new UsageError(`Invalid "${typed.slice(0, 60)}…": a link holds 4095 bytes at most`);
  }
  return { kind: "symlink", typed, leadsTo, target: targetPath(show(link, ":"), typed) };
}

/** `PATH[:MODE]`. */
export function readDir(value: string): MountItem {
  const typed = `--dir ${value}`;
  const [, path = value, mode] = /^(.*?)(?::([^:/]*))?$/s.exec(hide(value, ":")) ?? [];
  return {
    kind: "dir",
    typed,
    target: targetPath(show(path, ":"), typed),
    mode: readMode(mode, 0o755, typed),
  };
}

/** `FD|TEXT:DST[:MODE]`; the last `:/` parts text and target. */
export function readFile(value: string): MountItem {
  const typed = `--file ${value}`;
  const [, text, path, mode] = /^(.*):(\/[^:]*)(?::([^:/]*))?$/s.exec(hide(value, ":")) ?? [];
  if (text === undefined || path === undefined) {
    throw new UsageError(
      `Invalid "${typed}": it takes FD:DST or TEXT:DST`,
      "A descriptor is read to its end: --file 3:/etc/passwd 3</etc/passwd",
    );
  }
  const content = asWritten(text, ":");
  return {
    kind: "file",
    typed,
    content: /^\d{1,7}$/.test(content) ? Number(content) : content,
    target: targetPath(show(path, ":"), typed),
    mode: readMode(mode, 0o644, typed),
  };
}

function readMode(mode: string | undefined, usual: number, typed: string): number {
  if (mode === undefined) return usual;
  if (/^[0-7]{3,4}$/.test(mode)) return Number.parseInt(mode, 8);
  throw new UsageError(`Invalid "${typed}": the mode "${mode}" is not octal, as 755 is`);
}

/** What a look at a path of the host gives; undefined where there is nothing. */
export type Look = (path: string) => DeviceStat | undefined;

const [TYPE, CHARACTER, BLOCK, DIRECTORY] = [0o170000, 0o020000, 0o060000, 0o040000];

/**
 * `PATH[:DST[:RIGHTS]]`.
 * @throws NsboxError where there is no such device.
 */
export function readDevice(value: string, cwd: string, look: Look): MountItem {
  const typed = `--device ${value}`;
  const [from = "", to, rights = "rwm", ...rest] = split(value, ":");
  if (rest.length > 0) throw new UsageError(`Invalid "${typed}": it takes PATH:DST:RIGHTS`);
  if (!["rwm", "rw"].includes(rights)) {
    throw new UsageError(
      `Invalid "${typed}": the rights are "rwm" or "rw"`,
      'Narrower ones: --device-rule "c 10:200 r"',
    );
  }
  const source = sourcePath(from, cwd, typed);
  const stat = look(source);
  const type = (stat?.mode ?? 0) & TYPE;
  if (stat === undefined || ![CHARACTER, BLOCK, DIRECTORY].includes(type)) {
    throw new NsboxError(`Cannot hand on device "${source}"`, {
      cause: stat === undefined ? "there is no such file that this user may look at" : "it is no device",
      code: "device",
      ...(stat === undefined ? {} : { hint: `Files go with "--bind ${from}"` }),
    });
  }
  return { kind: "device", typed, source, target: targetPath(to ?? source, typed), stat };
}
