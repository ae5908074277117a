/** Containers of three engines, seen by `nsbox ls`. Judge: what the engine itself says of its own. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withProgram } from "./containers.ts";
import { home } from "./homes.ts";
import { AS_ROOT, call, hostProgram, NSBOX, PEOPLE, type Person, ROOT, SCRATCH } from "./support.ts";
import { tree } from "./trees.ts";

interface Row {
  readonly ns: number;
  readonly kind: string;
  readonly pid: number;
  readonly container: { readonly engine: string; readonly id: string | null; readonly name: string | null };
}

/** The namespaces that process `pid` is in, as `nsbox ls` lists them to that person. */
async function rows(who: Person, pid: number, more: readonly string[] = []): Promise<readonly Row[]> {
  const { out } = await call(who, [...more, NSBOX, "ls", "-q", "--json", "--pid", String(pid)]);
  return (JSON.parse(out) as { namespaces: readonly Row[] }).namespaces;
}

const netOf = (pid: number) => Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[0]);

describe("a container is seen with its engine", () => {
  for (const who of PEOPLE) {
    test(`nsbox's own, by its name, as ${who.name}`, async () => {
      const own = await home(who);
      const { out: id, err } = await own.nsbox("run", "-q", "-d", "--name", "seen", tree(who), "sleep", "60");
      expect({ id, err }).toEqual({ id: expect.stringMatching(/^[0-9a-f]{12}\n$/), err: "" });
      const listed = await own.nsbox("ls", "-q", "--json", "-t", "net", "--container", "seen");
      const { namespaces } = JSON.parse(listed.out) as { namespaces: readonly Row[] };
      const [{ ns, pid } = { ns: 0, pid: 0 }] = namespaces;
      expect(namespaces).toMatchObject([{ container: { engine: "nsbox", id: id.trim(), name: "seen" } }]);
      expect(ns).toBe(netOf(pid));
      await own.nsbox("stop", "-t", "0", "seen");
      await own.nsbox("rm", "seen");
    });

    test.skipIf(hostProgram("bwrap") === undefined)(
      `bubblewrap's, as ${who.name} (needs bwrap)`,
      async () => {
        const argv = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "sleep", "60"];
        await withProgram(who, argv, "sleep", async (pid) => {
          const net = (await rows(who, pid)).find(({ kind }) => kind === "net");
          expect(net).toMatchObject({ ns: netOf(pid), container: { engine: "bubblewrap", name: null } });
        });
      },
    );
  }

  test.skipIf(!AS_ROOT || hostProgram("podman") === undefined || hostProgram("crun") === undefined)(
    "podman's, by its name and id (needs root, podman and crun)",
    async () => {
      const folder = join(SCRATCH, "podman-seen");
      mkdirSync(folder);
      const config = '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n';
      writeFileSync(join(folder, "conf"), `${config}[engine]\ncgroup_manager = "cgroupfs"\n`);
      // All of it in one private mount namespace: podman mounts things, and crun refuses a hybrid cgroup layout.
      const script = `[ ! -d /sys/fs/cgroup/unified ] || mount -t tmpfs none /sys/fs/cgroup/unified
export CONTAINERS_CONF=$1/conf
home=$1
podman() { command podman --root $home/root --runroot $home/run --storage-driver vfs --runtime crun "$@"; }
trap 'podman rm -f -t 0 seen >/dev/null' EXIT
podman run -d --name seen --network none --rootfs $2 sleep 60
podman inspect --format '{{.State.Pid}}' seen
"$3" ls -q --json --pid "$(podman inspect --format '{{.State.Pid}}' seen)"`;
      const argv = ["unshare", "-m", "bash", "-c", script, "bash", folder, tree(ROOT), NSBOX];
      const { out, err } = await call(ROOT, argv);
      const [id = "", pid = "", json = "{}"] = out.split("\n");
      expect({ id, err }).toEqual({ id: expect.stringMatching(/^[0-9a-f]{64}$/), err: "" });
      const { namespaces } = JSON.parse(json) as { namespaces: readonly Row[] };
      const net = namespaces.find(({ kind }) => kind === "net");
      expect(net).toMatchObject({ pid: Number(pid), container: { engine: "podman", id, name: "seen" } });
    },
    60_000,
  );
});
