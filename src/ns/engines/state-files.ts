/** What the engines' own files say of a container: its name, and what it belongs to. Nobody is asked. */
import { readdirSync } from "node:fs";
import { readOwnFile } from "../../util/own-file.ts";
import type { Sign } from "./engine.ts";

/** Larger ones are not read. */
const LARGEST = 4 << 20;
/** More directories than that are not looked through. */
const MOST = 10_000;

/** Engine to what its files say, where it has some in places that only it writes to. */
const FILES: Readonly<Record<string, (sign: Sign) => Sign>> = {
  docker: ({ id }) => {
    const config = json(`/var/lib/docker/containers/${id}/config.v2.json`);
    return {
      name: text(config, "Name")?.replace(/^\//, ""),
      group: text(config, "Config", "Labels", "com.docker.compose.project"),
    };
  },
  podman: ({ id, group }) => {
    const listed = ["overlay", "vfs", "btrfs", "zfs"]
      .flatMap((driver) => list(json(`/var/lib/containers/storage/${driver}-containers/containers.json`)))
      .find((entry) => text(entry, "id") === id);
    return { name: text(listed, "names", "0"), group };
  },
  "cri-o": ({ id }) =>
    kubernetes(
      json(`/run/containers/storage/overlay-containers/${id}/userdata/config.json`),
      "io.kubernetes",
    ),
  containerd: ({ id }) => {
    const tasks = "/run/containerd/io.containerd.runtime.v2.task";
    const config = namesIn(tasks)
      .map((namespace) => json(`${tasks}/${namespace}/${id}/config.json`))
      .find((found) => found !== undefined);
    const named = text(config, "annotations", "nerdctl/name");
    return named === undefined ? kubernetes(config, "io.kubernetes.cri") : { name: named };
  },
};

/** What the files of `engine` say of its container that shows `sign`. */
export function knownOf(engine: string, sign: Sign): Sign {
  // An id goes into a path.
  return /^[0-9A-Za-z_-][0-9A-Za-z_.-]+$/.test(sign.id ?? "") ? (FILES[engine]?.(sign) ?? {}) : {};
}

/** The container's and the pod's name, where Kubernetes' runtimes write them. */
function kubernetes(config: unknown, prefix: string): Sign {
  const annotation = (name: string) => text(config, "annotations", `${prefix}.${name}`);
  const pod = annotation("sandbox-name") ?? annotation("pod.name");
  const space = annotation("sandbox-namespace") ?? annotation("pod.namespace");
  return {
    name: annotation("container-name") ?? annotation("container.name"),
    group: pod === undefined || space === undefined ? pod : `${space}/${pod}`,
  };
}

function json(path: string): unknown {
  try {
    return JSON.parse(readOwnFile(path, LARGEST) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The text behind those keys; undefined where there is none. */
function text(value: unknown, ...keys: readonly string[]): string | undefined {
  let at = value;
  for (const key of keys) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[key];
  }
  return typeof at === "string" && at !== "" ? at : undefined;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).slice(0, MOST);
  } catch {
    return [];
  }
}
