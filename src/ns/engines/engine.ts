/**
 * THE table of what makes containers, and by what /proc shows them: the path of a cgroup, or the process
 * that started the container. No daemon is asked. A process can give itself any name, so what is recognised
 * here is shown, and trusted with nothing.
 */
import { argumentOf, baseName, lastWord } from "./command.ts";

/** What shows of one container: any part may be missing. */
export interface Sign {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly group?: string | undefined;
}

/** One way of making containers. */
export interface Engine {
  readonly name: string;
  /**
   * A cgroup's path of one of its containers. Groups: `id`, `name`, `group`. The last match in a path counts:
   * containers in containers have longer paths.
   */
  readonly cgroup?: RegExp;
  /** The container that a process is, whose parent lives in other namespaces; undefined where it is none. */
  starts?(parent: Started, child: Started): Sign | undefined;
}

/** What is looked at of a process. */
export interface Started {
  /** Its comm. */
  readonly name: string;
  readonly command: readonly string[];
}

const ID = "(?<id>[0-9a-f]{64})";
const END = "(?:\\.scope)?(?=/|$)";
/** Where Kubernetes puts a pod, by either of its cgroup drivers. */
const POD = "(?:pod(?<group>[0-9a-f]{8}[-_][0-9a-f_-]{27}|[0-9a-f]{32})(?:\\.slice)?/)";

/** A container of containerd's shim, in the given namespaces of containerd. */
function ofShim({ name, command }: Started, isMine: (namespace: string) => boolean): Sign | undefined {
  if (!name.startsWith("containerd-shim") && !baseName(command).startsWith("containerd-shim")) {
    return undefined;
  }
  return isMine(argumentOf(command, "-namespace") ?? "") ? { id: argumentOf(command, "-id") } : undefined;
}

const isCalled = ({ name, command }: Started, ...names: readonly string[]): boolean =>
  names.includes(name) || names.includes(baseName(command));

/** A container whose process was started by `parent`, which is called one of `names`. */
const startedBy =
  (...names: readonly string[]) =>
  (parent: Started): Sign | undefined =>
    isCalled(parent, ...names) ? {} : undefined;

/** A monitor keeps the words that nsbox was called with. Other commands of nsbox start no containers. */
const STARTING = /^(?:\S*\/)?nsbox (?:run|shell|unshare|restart) /;

/** In the order in which they are asked; what several would claim belongs to the first. */
export const ENGINES: readonly Engine[] = [
  {
    name: "nsbox",
    starts: ({ name, command }) => (name === "nsbox" && STARTING.test(command.join(" ")) ? {} : undefined),
  },
  {
    name: "docker",
    cgroup: new RegExp(`(?:/docker/|/docker-)${ID}${END}`),
    starts: (parent) => ofShim(parent, (namespace) => /^(moby|plugins\.moby)$/.test(namespace)),
  },
  {
    name: "cri-o",
    cgroup: new RegExp(`${POD}?crio-${ID}${END}`),
    starts: (parent) =>
      isCalled(parent, "conmon") && parent.command.some((word) => word.includes("crio"))
        ? { id: argumentOf(parent.command, "-c"), name: argumentOf(parent.command, "-n") }
        : undefined,
  },
  {
    name: "podman",
    cgroup: new RegExp(`(?:libpod_pod_(?<group>[0-9a-f]{64})(?:\\.slice)?/)?libpod-${ID}${END}`),
    starts: (parent) =>
      isCalled(parent, "conmon")
        ? { id: argumentOf(parent.command, "-c"), name: argumentOf(parent.command, "-n") }
        : undefined,
  },
  {
    name: "containerd",
    cgroup: new RegExp(
      `${POD}(?:cri-containerd-)?${ID}${END}|/cri-containerd-${ID.replace("id", "name")}${END}`,
    ),
    starts: (parent) => ofShim(parent, () => true),
  },
  {
    name: "lxc",
    cgroup: /\/lxc(?:\.payload\.|\.payload\/|\/)(?<name>[^/]+)/,
    starts: ({ command }) =>
      command.join(" ").startsWith("[lxc monitor] ") ? { name: lastWord(command.join(" ")) } : undefined,
  },
  {
    name: "systemd-nspawn",
    cgroup:
      /\/machine\.slice\/(?:machine-(?<name>[^/]+)\.scope|systemd-nspawn@(?<name>[^/]+)\.service)(?=\/payload|$)/,
    starts: (parent) =>
      isCalled(parent, "systemd-nspawn")
        ? { name: argumentOf(parent.command, "-M") ?? argumentOf(parent.command, "--machine") }
        : undefined,
  },
  { name: "flatpak", cgroup: /\/app-flatpak-(?<name>[^/]+?)-(?<id>\d+)\.scope/ },
  { name: "snap", cgroup: /\/snap\.(?<name>[^/]+?)(?:[-.](?<id>[0-9a-f-]{36}))?\.(?:scope|service)/ },
  { name: "bubblewrap", starts: startedBy("bwrap") },
  { name: "firejail", starts: startedBy("firejail") },
  {
    name: "runc",
    starts: (parent) =>
      isCalled(parent, "runc", "crun", "youki") ? { id: lastWord(parent.command.join(" ")) } : undefined,
  },
  {
    name: "chromium",
    // The zygote is the first in the sandbox; Electron and other browsers of that family have it too.
    starts: (_, { command }) =>
      command.some((word) => /(^| )--type=zygote( |$)/.test(word)) ? { name: baseName(command) } : undefined,
  },
  {
    name: "firefox",
    starts: (_, { command }) => (command.includes("-contentproc") ? { name: baseName(command) } : undefined),
  },
];
