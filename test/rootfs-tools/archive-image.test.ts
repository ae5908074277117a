/** Trees as container images, judged by skopeo, umoci and podman. */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeArchive } from "../../rootfs-tools/archive/archive.ts";
import type { ImageConfig } from "../../rootfs-tools/archive/image.ts";
import type { Node } from "../../rootfs-tools/layout/node.ts";
import { asRoot, run, withCommand, workspace } from "./fixtures.ts";
import { copied, directory, everything, file } from "./nodes.ts";
import { expectedOf, stateOf } from "./state.ts";

const work = workspace();
let count = 0;
const fresh = (ending = ""): string => join(work, `${++count}${ending}`);

const IMAGE: ImageConfig = {
  tags: ["example.org/tools/thing:1.0"],
  platform: { os: "linux", architecture: "arm64", variant: "v8" },
  entrypoint: ["/bin/sh", "-c"],
  cmd: ["echo $COLOUR; exit 3"],
  env: ["COLOUR=blue", "PATH=/bin"],
  user: "65534:65534",
  workdir: "/sticky",
  labels: { zoo: "z", "org.example.a": "1 = one" },
  ports: ["80/tcp"],
  volumes: ["/data"],
  stopSignal: "SIGINT",
  created: 1_700_000_000,
};

const FORMS = ["oci", "oci-archive", "docker"] as const;
type ImageForm = (typeof FORMS)[number];
const TRANSPORTS = { oci: "oci:", "oci-archive": "oci-archive:", docker: "docker-archive:" } as const;

async function write(form: ImageForm, image: ImageConfig = IMAGE, nodes: readonly Node[] = everything()) {
  const target = fresh(`.${form}`);
  const result = await writeArchive(nodes, { form, target, image });
  return { ...result, target, source: `${TRANSPORTS[form]}${target}` };
}

const asRootWith = (command: string) => (Bun.which(command) === null ? withCommand(command) : asRoot);

describe.each(FORMS)("%s", (form) => {
  withCommand("skopeo")("skopeo reads the configuration that was asked for", async () => {
    const { source } = await write(form);
    const config = JSON.parse(run(["skopeo", "inspect", "--config", source]));
    const { rootfs, variant, ...rest } = config;
    // In docker's form, old versions of skopeo know no variant.
    if (form !== "docker") expect(variant).toBe("v8");
    expect(rootfs).toEqual({ type: "layers", diff_ids: [expect.stringMatching(/^sha256:[0-9a-f]{64}$/)] });
    expect(rest).toEqual({
      created: "2023-11-14T22:13:20Z",
      architecture: "arm64",
      os: "linux",
      config: {
        User: "65534:65534",
        ExposedPorts: { "80/tcp": {} },
        Env: ["COLOUR=blue", "PATH=/bin"],
        Entrypoint: ["/bin/sh", "-c"],
        Cmd: ["echo $COLOUR; exit 3"],
        Volumes: { "/data": {} },
        WorkingDir: "/sticky",
        Labels: { "org.example.a": "1 = one", zoo: "z" },
        StopSignal: "SIGINT",
      },
      history: [{ created: "2023-11-14T22:13:20Z", created_by: "nsbox build-rootfs" }],
    });
  });

  asRootWith("umoci")("umoci unpacks everything as it was, after skopeo checked all digests", async () => {
    const { source } = await write(form);
    const [layout, bundle] = [fresh(), fresh()];
    const policy = fresh();
    writeFileSync(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
    run(["skopeo", "--policy", policy, "copy", "-q", source, `oci:${layout}:tag`]);
    run(["umoci", "unpack", "--image", `${layout}:tag`, bundle]);
    const without = { attributes: (name: string) => name.startsWith("user.a") };
    expect(stateOf(`${bundle}/rootfs`, without)).toEqual(expectedOf(everything(), without));
  });

  test("a name that means a removed file in a layer is refused", async () => {
    await expect(write(form, IMAGE, [directory("/"), file("/.wh.bin", "")])).rejects.toMatchObject({
      message: 'Cannot put "/.wh.bin" into an image',
    });
  });

  test("two builds are equal to the byte", async () => {
    const bytes = async () => {
      const { target } = await write(form);
      return form === "oci" ? stateOf(target, { times: () => true }) : readFileSync(target);
    };
    expect(await bytes()).toEqual(await bytes());
  });
});

withCommand("umoci")(
  "umoci finds an image in the layout by its tag, and by latest where it has none",
  async () => {
    const named = await write("oci", { ...IMAGE, tags: ["v1", "v2"] });
    expect(run(["umoci", "ls", "--layout", named.target])).toBe("v1\nv2\n");
    const nameless = await write("oci", {});
    expect(run(["umoci", "ls", "--layout", nameless.target])).toBe("latest\n");
  },
);

test("a layer is compressed as it was asked, and its digests are those of its bytes", async () => {
  const unpack = { gzip: ["gzip", "-dc"], zstd: ["zstd", "-qdc"], none: ["cat"] } as const;
  for (const compression of ["gzip", "zstd", "none"] as const) {
    const { target, digest } = await write("oci", { ...IMAGE, compression });
    const blob = (name: string) => `${target}/blobs/${name.replace(":", "/")}`;
    const read = (name: string) => JSON.parse(readFileSync(blob(name), "utf8"));
    const manifest = read(digest!);
    const [layer] = manifest.layers;
    expect(layer.mediaType).toEndWith({ gzip: ".tar+gzip", zstd: ".tar+zstd", none: ".tar" }[compression]);
    const plain = Bun.spawnSync([...unpack[compression], blob(layer.digest)]).stdout;
    const sum = new Bun.CryptoHasher("sha256").update(plain).digest("hex");
    expect(read(manifest.config.digest).rootfs.diff_ids).toEqual([`sha256:${sum}`]);
    for (const name of readdirSync(`${target}/blobs/sha256`)) {
      expect(run(["sha256sum", blob(`sha256:${name}`)])).toStartWith(name);
    }
  }
});

test("an image that says nothing of itself is for this machine, and as old as time", async () => {
  const { target, digest } = await write("oci", {});
  const read = (name: string) =>
    JSON.parse(readFileSync(`${target}/blobs/${name.replace(":", "/")}`, "utf8"));
  const config = read(read(digest!).config.digest);
  expect(config).toMatchObject({ created: "1970-01-01T00:00:00Z", os: "linux", config: {} });
  expect(config.architecture).toBe(run(["uname", "-m"]).trim() === "x86_64" ? "amd64" : "arm64");
});

describe("a directory that is there", () => {
  const image = { ...IMAGE, tags: ["one"] };

  test("is replaced by the next build of the same image", async () => {
    const target = fresh();
    await writeArchive([directory("/"), file("/old", "o")], { form: "oci", target, image });
    const before = readdirSync(`${target}/blobs/sha256`);
    await writeArchive([directory("/"), file("/new", "n")], { form: "oci", target, image });
    const after = readdirSync(`${target}/blobs/sha256`);
    expect(after.length).toBe(3);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
  });

  test("is kept where it holds other images, or anything else", async () => {
    const other = fresh();
    await writeArchive([directory("/")], { form: "oci", target: other, image });
    const home = fresh();
    mkdirSync(home);
    writeFileSync(`${home}/letter`, "dear");
    for (const [target, cause] of [
      [other, 'it holds other images: "one"'],
      [home, "it is a directory that holds something else than an image"],
    ] as const) {
      const before = stateOf(target);
      const writing = writeArchive([directory("/")], {
        form: "oci",
        target,
        image: { ...image, tags: ["two"] },
      });
      expect(await writing.catch((error) => error.details.cause)).toBe(cause);
      expect(stateOf(target)).toEqual(before);
    }
  });
});

/** What podman wants of this machine, in a private mount namespace. */
function podman(script: string): string {
  const home = fresh();
  mkdirSync(home);
  const conf = `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
`;
  writeFileSync(`${home}/containers.conf`, conf);
  writeFileSync(`${home}/policy.json`, '{"default":[{"type":"insecureAcceptAnything"}]}');
  const lines = `test ! -d /sys/fs/cgroup/unified || mount -t tmpfs cgroup /sys/fs/cgroup/unified
mkdir -p /etc/containers
mount --bind ${home} /etc/containers
podman() { command podman --root ${home}/root --runroot ${home}/run --storage-driver vfs "$@"; }
${script}`;
  return run(["unshare", "-m", "bash", "-ec", lines], {
    env: { PATH: process.env["PATH"]!, CONTAINERS_CONF: `${home}/containers.conf`, HOME: home },
  });
}

/** Prints what its container gave it. */
const TELLER = `#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int count, char **words) {
  char here[4096];
  printf("%s %s %d %s\\n", words[count - 1], getenv("COLOUR"), (int)getuid(), getcwd(here, sizeof here));
  return 3;
}
`;

const canRunPodman = Bun.which("podman") !== null && existsSync("/etc/containers");
describe.each(["oci-archive", "docker"] as const)("%s", (form) => {
  (canRunPodman ? asRoot : withCommand("podman"))(
    "podman loads the image and runs it",
    async () => {
      const teller = fresh();
      writeFileSync(`${teller}.c`, TELLER);
      run(["gcc", "-static", "-o", teller, `${teller}.c`]);
      const nodes = [directory("/"), copied("/tell", teller), directory("/sticky", { mode: 0o1777 })];
      const { platform: _, ...image } = { ...IMAGE, entrypoint: ["/tell"], cmd: ["a word"] };
      const { target } = await write(form, image, nodes);
      const said = podman(`podman load -q -i ${target}
status=0; podman run --rm --network none example.org/tools/thing:1.0 || status=$?
echo status $status`);
      expect(said).toBe("Loaded image: example.org/tools/thing:1.0\na word blue 65534 /sticky\nstatus 3\n");
    },
    60_000,
  );
});
