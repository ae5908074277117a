/** Sandboxes inside nsbox: they work with the switches that the error names, and not without. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AS_ROOT, call, forEveryone, hostProgram, NSBOX, ROOT, run, SCRATCH } from "./support.ts";
import { tree } from "./trees.ts";

const OPEN = ["--seccomp", "off", "--unmask", "ALL"];
/** Namespaces by name: root inside may make them in a user namespace alone. */
const INNER = [NSBOX, "run", "-q", "-Umpn"];
const BWRAP = [
  "bwrap",
  "--unshare-all",
  "--ro-bind",
  "/",
  "/",
  "--proc",
  "/proc",
  "--dev",
  "/dev",
  "echo",
  "in",
];
const UNSHARE = ["unshare", "-Urmpf", "--mount-proc", "echo", "in"];

/** podman with nothing of its own on this machine, and a runtime that is not told of cgroups. */
function podman(folder: string): readonly string[] {
  const config = join(folder, "containers.conf");
  const limits = '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n';
  writeFileSync(config, `${limits}[engine]\ncgroup_manager = "cgroupfs"\n`);
  const storage = ["--root", `${folder}/storage`, "--runroot", `${folder}/run`, "--storage-driver", "vfs"];
  const run = ["run", "--rm", "--network", "none", "--cgroups", "disabled", "--rootfs", tree(ROOT)];
  return ["env", `CONTAINERS_CONF=${config}`, "podman", ...storage, "--runtime", "crun", ...run];
}

/** crun refuses a hybrid cgroup layout, and wants to see one. */
const HIDE = '[ ! -d /sys/fs/cgroup/unified ] || mount -t tmpfs none /sys/fs/cgroup/unified; exec "$@"';
const CGROUPS = ["--mount", "type=cgroup,target=/sys/fs/cgroup,rw"];

describe("inside nsbox", () => {
  test.skipIf(!AS_ROOT || hostProgram("podman") === undefined || hostProgram("crun") === undefined)(
    "podman runs with capabilities and cgroups as well (needs root, podman and crun)",
    async () => {
      const folder = join(SCRATCH, "podman");
      mkdirSync(folder);
      const options = [
        "-q",
        ...OPEN,
        "--cap-add",
        "ALL",
        ...CGROUPS,
        "--tmpfs",
        "/run",
        "--tmpfs",
        "/var/tmp",
      ];
      const argv = [NSBOX, "run", ...options, "/", ...podman(folder), "/bin/echo", "in"];
      const { out, err } = await call(ROOT, ["unshare", "-m", "sh", "-c", HIDE, "sh", ...argv]);
      expect({ out, err }).toEqual({ out: "in\n", err: "" });
    },
  );

  forEveryone((who) => {
    test("nsbox runs with the filter and the masks off", async () => {
      const { out, err } = await run(who, [...OPEN, "/", ...INNER, tree(who), "echo", "in"]);
      expect({ out, err }).toEqual({ out: "in\n", err: "" });
    });

    test.skipIf(hostProgram("bwrap") === undefined)("bwrap runs likewise (needs bwrap)", async () => {
      expect(await run(who, [...OPEN, "/", ...BWRAP])).toEqual({ out: "in\n", err: "", status: 0 });
    });

    test("unshare runs likewise", async () => {
      expect(await run(who, [...OPEN, "/", ...UNSHARE])).toEqual({ out: "in\n", err: "", status: 0 });
    });

    test("nsbox is refused its namespaces by the filter, and names the switch", async () => {
      const { out, err, status } = await run(who, ["/", ...INNER, tree(who), "echo", "in"]);
      expect({ out, status }).toEqual({ out: "", status: 125 });
      expect(err).toContain("a system call filter of the container that nsbox runs in refuses it");
      expect(err).toContain("--seccomp off --unmask ALL");
    });

    test("nsbox is refused its /proc by the masks, and names them and the switch", async () => {
      const { out, err, status } = await run(who, [
        "--seccomp",
        "off",
        "/",
        ...INNER,
        tree(who),
        "echo",
        "in",
      ]);
      expect({ out, status }).toEqual({ out: "", status: 125 });
      expect(err).toMatch(/Cannot mount proc on "\/proc"\n.*mounts hide parts of \/proc here \(\/proc\//);
      expect(err).toContain("--unmask ALL");
    });
  });
});
