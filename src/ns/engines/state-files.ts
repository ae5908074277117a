/** What the engines' own files say of a container: its name, and what it belongs to. Nobody is asked. */
import { readdirSync, readlinkSync } from "node:fs";
import { readOwnFile } from "../../util/own-file.ts";
import type { Process } from "../model.ts";
import type { Sign } from "./engine.ts";

/** Larger ones are not read. */
const LARGEST = 4 << 20;
/** More directories than that are not looked through. */
const MOST = 10_000;

/** Engine to what its files say, where it has some in places that only it writes to. */
const FILES: Readonly<Record<string, (sign: Sign, first: Pick<Process, "pid" | "start">) => Sign>> = {
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
  nsbox: (_, first) => ownContainer(first),
};

/** What the files of `engine` say of the container that begins with process `first`. */
export function knownOf(engine: string, sign: Sign, first: Pick<Process, "pid" | "start">): Sign {
  const read = FILES[engine];
  // An id goes into a path.
  if (read === undefined || (engine !== "nsbox" && !/^[0-9A-Za-z_.-]{2,}$/.test(sign.id ?? ""))) return {};
  return read(sign, first);
}

/** Where nsbox keeps the containers of root and of other users, see docs/containers.md. */
const ownPlaces = (): string[] => [
  ...(process.env["XDG_RUNTIME_DIR"]?.startsWith("/") ? [`${process.env["XDG_RUNTIME_DIR"]}/nsbox`] : []),
  "/run/nsbox",
  ...namesIn("/run/user").map((uid) => `/run/user/${uid}/nsbox`),
  ...namesIn("/tmp").flatMap((name) => (/^nsbox-\d+$/.test(name) ? [`/tmp/${name}`] : [])),
];

function ownContainer({ pid, start }: Pick<Process, "pid" | "start">): Sign {
  for (const place of ownPlaces()) {
    for (const id of namesIn(`${place}/containers`)) {
      const status = readOwnFile(`${place}/containers/${id}/status`, LARGEST) ?? "";
      if (!status.split("\n").includes(`pid ${pid} ${start}`)) continue;
      const name = namesIn(`${place}/names`).find((each) => linkOf(`${place}/names/${each}`) === id);
      return { id, name };
    }
  }
  return {};
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

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
