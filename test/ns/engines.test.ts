/** Containers as /proc shows them: one row an engine, with the paths and command lines that it is known for. */
import { expect, test } from "bun:test";
import { recognise } from "../../src/ns/engines/recognise.ts";
import type { NamespaceIds, Process } from "../../src/ns/model.ts";

type Candidate = Omit<Process, "container">;

const HOST: NamespaceIds = { user: 1, mnt: 2, pid: 3, net: 4 };
const INSIDE: NamespaceIds = { user: 1, mnt: 12, pid: 13, net: 14 };

const process = (pid: number, ppid: number, command: string, more: Partial<Candidate> = {}): Candidate => {
  const words = command.split(" ");
  return {
    pid,
    ppid,
    name: (words[0] ?? "").replace(/^.*\//, "").slice(0, 15),
    command: words,
    state: "S",
    start: pid,
    uid: 0,
    gid: 0,
    kernel: false,
    threads: 1,
    nice: 0,
    priority: 20,
    policy: 0,
    pids: [pid],
    cgroup: "/",
    frozen: null,
    namespaces: HOST,
    strays: [],
    ...more,
  };
};

const INIT = process(1, 0, "/sbin/init");
const HEX = "0123456789abcdef".repeat(4);
const POD = "8f3b1c2d-1111-2222-3333-444455556666";

/** The process that a container begins with, and another that it started. */
const contained = (parent: number, cgroup = "/"): readonly Candidate[] => [
  process(100, parent, "httpd", { namespaces: INSIDE, cgroup, pids: [100, 1] }),
  process(101, 100, "worker", { namespaces: INSIDE, cgroup, pids: [101, 2] }),
];

/** The one container among those processes, which 100 and 101 are in, and nobody else. */
function only(processes: readonly Candidate[]) {
  const { containers, members } = recognise([INIT, ...processes]);
  expect([...members]).toEqual([
    [100, 0],
    [101, 0],
  ]);
  expect(containers.map(({ pid }) => pid)).toEqual([100]);
  const [{ engine, id, name, group } = { engine: "", id: null, name: null, group: null }] = containers;
  return { engine, id, name, group };
}

const none = { id: null, name: null, group: null };
const hex = { ...none, id: HEX };

const IN_CGROUPS: readonly (readonly [path: string, expected: ReturnType<typeof only>])[] = [
  [`/docker/${HEX}`, { engine: "docker", ...hex }],
  [`/system.slice/docker-${HEX}.scope`, { engine: "docker", ...hex }],
  [`/system.slice/docker-${HEX}.scope/init.scope`, { engine: "docker", ...hex }],
  [`/libpod_parent/libpod-${HEX}`, { engine: "podman", ...hex }],
  [
    `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${HEX}.scope/container`,
    { engine: "podman", ...hex },
  ],
  [
    `/machine.slice/machine-libpod_pod_${HEX}.slice/libpod-${HEX}.scope`,
    { engine: "podman", ...hex, group: HEX },
  ],
  [`/kubepods/besteffort/pod${POD}/${HEX}`, { engine: "containerd", ...hex, group: POD }],
  [
    `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${POD.replaceAll("-", "_")}.slice/cri-containerd-${HEX}.scope`,
    { engine: "containerd", ...hex, group: POD.replaceAll("-", "_") },
  ],
  [
    `/kubepods.slice/kubepods-pod${POD.replaceAll("-", "_")}.slice/crio-${HEX}.scope`,
    { engine: "cri-o", ...hex, group: POD.replaceAll("-", "_") },
  ],
  ["/lxc.payload.web/init.scope", { engine: "lxc", ...none, name: "web" }],
  ["/lxc/web", { engine: "lxc", ...none, name: "web" }],
  ["/machine.slice/machine-deb\\x2d12.scope/payload", { engine: "systemd-nspawn", ...none, name: "deb-12" }],
  ["/machine.slice/systemd-nspawn@deb.service/payload", { engine: "systemd-nspawn", ...none, name: "deb" }],
  [
    "/user.slice/user-1000.slice/user@1000.service/app.slice/app-flatpak-org.gnome.Maps-4242.scope",
    { engine: "flatpak", ...none, name: "org.gnome.Maps", id: "4242" },
  ],
  [
    `/user.slice/user-1000.slice/user@1000.service/app.slice/snap.firefox.firefox-${POD}.scope`,
    { engine: "snap", ...none, name: "firefox.firefox", id: POD },
  ],
  ["/system.slice/snap.lxd.daemon.service", { engine: "snap", ...none, name: "lxd.daemon" }],
];

test.each(IN_CGROUPS)("a container is known by its cgroup: %s", (path, expected) => {
  expect(only(contained(1, path))).toEqual(expected);
});

const BY_PARENTS: readonly (readonly [command: string, expected: ReturnType<typeof only>])[] = [
  ["nsbox run ./rootfs httpd", { engine: "nsbox", ...none }],
  ["bwrap --unshare-all --ro-bind / / httpd", { engine: "bubblewrap", ...none }],
  ["firejail httpd", { engine: "firejail", ...none }],
  [`/usr/bin/containerd-shim-runc-v2 -namespace moby -id ${HEX} -address x`, { engine: "docker", ...hex }],
  [`/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id ${HEX}`, { engine: "containerd", ...hex }],
  [`/usr/bin/conmon -c ${HEX} -u ${HEX} -n web`, { engine: "podman", ...hex, name: "web" }],
  [`/usr/bin/conmon -b /run/crio/x -c ${HEX} -n k8s_web`, { engine: "cri-o", ...hex, name: "k8s_web" }],
  ["[lxc monitor] /var/lib/lxc web", { engine: "lxc", ...none, name: "web" }],
  ["systemd-nspawn -D /tree -M deb", { engine: "systemd-nspawn", ...none, name: "deb" }],
  ["systemd-nspawn --machine=deb -D /tree", { engine: "systemd-nspawn", ...none, name: "deb" }],
  ["runc run -b /bundle web", { engine: "runc", ...none, id: "web" }],
];

test.each(BY_PARENTS)("a container is known by what started it: %s", (command, expected) => {
  expect(only([process(50, 1, command), ...contained(50)])).toEqual(expected);
});

test("a browser's sandbox is known by the process that begins it", () => {
  const [first, second] = contained(50);
  const zygote = { ...first!, command: ["/usr/lib/chromium/chromium --type=zygote --headless"] };
  expect(only([process(50, 1, "chromium"), zygote, second!])).toEqual({
    engine: "chromium",
    ...none,
    name: "chromium",
  });
  const tab = { ...first!, command: ["/usr/lib/firefox/firefox", "-contentproc", "4", "tab"] };
  expect(only([process(50, 1, "firefox"), tab, second!])).toEqual({
    engine: "firefox",
    ...none,
    name: "firefox",
  });
});

test("a cgroup and the process that started it make one container, with what either says", () => {
  const monitor = process(50, 1, `/usr/bin/conmon -c ${HEX} -n web`);
  expect(only([monitor, ...contained(50, `/libpod_parent/libpod-${HEX}`)])).toEqual({
    engine: "podman",
    ...hex,
    name: "web",
  });
});

test("a process that was brought into a container later belongs to it, and begins none", () => {
  const brought = process(200, 150, "sh", { namespaces: INSIDE, pids: [200, 9] });
  const helper = process(150, 1, "nsbox exec web sh");
  const { containers, members } = recognise([
    INIT,
    process(50, 1, "nsbox run ./rootfs httpd"),
    ...contained(50),
    helper,
    brought,
  ]);
  expect(containers.length).toBe(1);
  expect(members.get(200)).toBe(0);
  expect(members.get(150)).toBeUndefined();
});

test("a container in a container knows the outer one", () => {
  const inner = process(200, 101, "sh", {
    namespaces: { ...INSIDE, mnt: 22, pid: 23 },
    pids: [200, 20, 1],
  });
  const outer = contained(50, `/docker/${HEX}`);
  const started = outer.map((one) => (one.pid === 101 ? { ...one, name: "bwrap" } : one));
  const { containers } = recognise([INIT, process(50, 1, "x"), ...started, inner]);
  expect(containers.map(({ engine, within }) => [engine, within])).toEqual([
    ["bubblewrap", 1],
    ["docker", null],
  ]);
});

test("an orphan in a container's PID namespace belongs to it", () => {
  const orphan = process(300, 1, "orphan", { namespaces: INSIDE, pids: [300, 30] });
  const { members } = recognise([INIT, process(50, 1, "bwrap x"), ...contained(50), orphan]);
  expect(members.get(300)).toBe(0);
});

test("an engine's own processes, and a child of one in the same namespaces, are in no container", () => {
  const processes = [
    INIT,
    process(50, 1, "dockerd", { cgroup: "/system.slice/docker.service" }),
    process(51, 1, `conmon -c ${HEX}`, { cgroup: `/libpod_parent/libpod-conmon-${HEX}` }),
    process(52, 51, "slirp4netns"),
    process(53, 1, "nsbox run ./rootfs sh"),
    process(54, 53, "nsbox run ./rootfs sh"),
  ];
  expect(recognise(processes)).toEqual({ containers: [], members: new Map() });
});

test("processes that seem to be each other's parent, or have a command nobody may read, harm nothing", () => {
  const strange = [
    process(10, 11, "a"),
    process(11, 10, "b"),
    process(12, 12, "c", { command: null, cgroup: null, namespaces: {} }),
  ];
  expect(recognise(strange).containers).toEqual([]);
});

test("a frozen container is paused", () => {
  const frozen = contained(1, `/docker/${HEX}`).map((one) => ({ ...one, frozen: true }));
  expect(recognise([INIT, ...frozen]).containers[0]?.paused).toBe(true);
});
