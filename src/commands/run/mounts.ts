/** What was typed behind `nsbox run`, as a request for mounts. */
import type { Parsed } from "../../cli/command.ts";
import { didYouMean, suggest } from "../../cli/suggest.ts";
import { MASKS } from "../../sandbox/mounts/masks.ts";
import { MOUNT_OPTIONS } from "../../sandbox/mounts/options.ts";
import type { MountItem, MountsRequest, Upper } from "../../sandbox/mounts/request.ts";
import { capabilityNumber } from "../../sys/capabilities.ts" with { type: "macro" };
import { isCapable, linkAt, statOf } from "../../sys/files.ts";
import { UsageError } from "../../util/errors.ts";
import { split } from "./colons.ts";
import { type Look, readDevice, readDir, readFile, readSymlink } from "./made-values.ts";
import { readBind, readMount, readTmpfs, sourcePath } from "./mount-values.ts";
import { refuseOwnProcess } from "./own-process.ts";

/** ROOTFS that is none; a directory of that name is `./none`. */
const NO_TREE = "none";

/** How each option that adds to the list is read. */
const READERS: Readonly<Record<string, (value: string, cwd: string, look: Look) => MountItem>> = {
  bind: readBind,
  tmpfs: readTmpfs,
  mount: readMount,
  symlink: readSymlink,
  dir: readDir,
  file: readFile,
  device: readDevice,
};

/**
 * The request that these words make. `bytes`: they hold one byte a character.
 * @throws UsageError naming the word that cannot be.
 */
export async function readMounts(input: Parsed, root: string, bytes: boolean): Promise<MountsRequest> {
  const cwd = linkAt("/proc/self/cwd", bytes) ?? "/";
  const look = (path: string) => statOf(path, bytes);
  const items: MountItem[] = [];
  for (const [long, value] of input.ordered) {
    const read = READERS[long];
    if (read !== undefined && value !== true) items.push(read(value, cwd, look));
  }
  for (const item of items) if ("source" in item) refuseOwnProcess(item.source, item.typed);
  const noTree = root === NO_TREE;
  const request: MountsRequest = {
    items,
    noTree,
    overlay: overlay(input, cwd),
    lower: input.values("lower").map((path) => sourcePath(path, cwd, `--lower ${path}`)),
    readOnly: input.has("read-only"),
    propagation: propagation(input.value("propagation")),
    unmask: input.values("unmask").map(unmasked),
    hostDevices: input.has("dev-bind"),
    mayMount: isCapable(SYS_ADMIN),
  };
  if (noTree && (request.overlay !== undefined || request.lower.length > 0)) {
    throw new UsageError(
      'ROOTFS "none" has no files to lay anything over',
      "It is in memory as it is; the bottom layer takes the place of ROOTFS",
    );
  }
  if (request.overlay !== undefined || request.lower.length > 0) {
    (await import("./layers-apart.ts")).checkLayersApart(request, root);
  }
  return request;
}

/** CAP_SYS_ADMIN of capabilities(7), which mounts need: root in a container may lack it. */
const SYS_ADMIN = capabilityNumber("SYS_ADMIN");

function overlay(input: Parsed, cwd: string): "memory" | Upper | undefined {
  const value = input.value("overlay-dir");
  if (value === undefined) return input.has("overlay") ? "memory" : undefined;
  if (input.has("overlay")) {
    throw new UsageError('Options "--overlay" and "--overlay-dir" contradict each other');
  }
  const typed = `--overlay-dir ${value}`;
  const [upper = "", work = "", ...rest] = split(value, ":");
  if (work === "" || rest.length > 0) {
    throw new UsageError(
      `Invalid "${typed}": it takes UPPER:WORK`,
      rest.length > 0
        ? 'A colon in a path is written "\\:"'
        : "WORK is an empty directory on the same filesystem as UPPER",
    );
  }
  return { upper: sourcePath(upper, cwd, typed), work: sourcePath(work, cwd, typed) };
}

function propagation(name: string | undefined): number | undefined {
  if (name === undefined) return undefined;
  const known = MOUNT_OPTIONS.filter((option) => option.propagation !== undefined);
  const option = known.find((row) => row.name === name);
  if (option !== undefined) return option.propagation;
  const names = known.map((row) => row.name);
  throw new UsageError(
    `Unknown propagation "${name}"`,
    didYouMean(suggest(name, names)) ?? `There are ${names.join(", ")}`,
  );
}

function unmasked(typed: string): string {
  const path = typed.replace(/(?<=.)\/+$/, "");
  if (/^all$/i.test(path)) return "ALL";
  if (path === "")
    throw new UsageError('Option "--unmask" has an empty value', "--unmask ALL leaves everything");
  if (MASKS.some((mask) => mask.path === path || mask.path.startsWith(`${path}/`))) return path;
  const known = MASKS.map((mask) => mask.path);
  throw new UsageError(
    `Nothing is masked at "${path}"`,
    didYouMean(suggest(path, known)) ?? `Masked are ${known.join(", ")}`,
  );
}
