/**
 * What a network and limits add to a run, beside the same steps taken by ip(8) and the shell, and by podman.
 * Run in a network namespace that plays the host.
 */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Contestant, compete, type Goal, table } from "./measure.ts";
import { absent, NSBOX, program, scratch } from "./things.ts";

const NETWORK = "nsbox-bench";
const LIMITS = ["--memory", "100m", "--pids-limit", "50", "--cpus", "0.5"];

/**
 * The steps of `--network` as one would type them; run by a shell, so that each is one process. Names are of this
 * round alone: the kernel takes a pair down when it has the time.
 */
const BY_IP = `
n=b$$
ip netns add $n
ip link add h$n type veth peer name eth0 netns $n
ip link set h$n master bench0br
ip link set h$n up
ip -n $n addr add 10.99.0.2/24 dev eth0
ip -n $n addr add fd99::2/64 dev eth0 nodad
ip -n $n link set lo up
ip -n $n link set eth0 up
ip -n $n route add default via 10.99.0.1
ip netns del $n
`;

/** The steps of the limits, in the v1 or v2 tree that is there. */
const BY_SHELL = `
for c in memory pids cpu; do d=/sys/fs/cgroup/$c/nsbox-bench; [ -d /sys/fs/cgroup/$c ] || d=/sys/fs/cgroup/nsbox-bench; mkdir -p $d; done
cd /sys/fs/cgroup
echo 100m > memory/nsbox-bench/memory.limit_in_bytes
echo 50 > pids/nsbox-bench/pids.max
echo 50000 > cpu/nsbox-bench/cpu.cfs_quota_us
(for c in memory pids cpu; do echo 0 > $c/nsbox-bench/cgroup.procs; done; exec /bin/true)
rmdir */nsbox-bench
`;

function script(name: string, text: string): string {
  const path = join(scratch(), name);
  writeFileSync(path, text);
  return path;
}

function run(...argv: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(argv, { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
}

/** What podman has to be told on a machine whose limits cannot be raised, and whose cgroups are plain files. */
const PODMAN = `[containers]
default_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
`;

/** podman with its usual network, over a copy of the tree: it makes files in there. */
function podman(tree: string): Contestant | undefined {
  const path = program("podman");
  if (path === undefined) return undefined;
  const folder = join(scratch(), "podman");
  mkdirSync(folder, { recursive: true });
  cpSync(tree, join(folder, "tree"), { recursive: true, verbatimSymlinks: true });
  return {
    name: "podman run --network podman, limits",
    argv: [
      "/usr/bin/env",
      `CONTAINERS_CONF=${script("containers.conf", PODMAN)}`,
      path,
      `--root=${folder}/root`,
      `--runroot=${folder}/run`,
      "run",
      "--rm",
      "--network=podman",
      "--memory=100m",
      "--pids-limit=50",
      "--rootfs",
      join(folder, "tree"),
      "/bin/true",
    ],
  };
}

/** A copy of `plain` with what every image has: without it a run makes mount points in there, and removes them. */
function withEtc(plain: string): string {
  const tree = join(scratch(), "tree-with-etc");
  cpSync(plain, tree, { recursive: true, verbatimSymlinks: true });
  mkdirSync(join(tree, "etc"), { recursive: true });
  for (const name of ["hosts", "hostname", "resolv.conf"]) writeFileSync(join(tree, "etc", name), "");
  return tree;
}

/** Measures, and returns the goals. */
export function benchNetworks(plain: string, rounds: number): Goal[] {
  const tree = withEtc(plain);
  run(NSBOX, "net", "create", NETWORK);
  try {
    run("ip", "link", "add", "bench0br", "type", "bridge");
    run("ip", "link", "set", "bench0br", "up");
    const list: Contestant[] = [
      { name: "nsbox run", argv: [NSBOX, "run", tree, "/bin/true"] },
      { name: "nsbox run, limits", argv: [NSBOX, "run", ...LIMITS, tree, "/bin/true"] },
      { name: "nsbox run, network", argv: [NSBOX, "run", "--network", NETWORK, tree, "/bin/true"] },
      {
        name: "nsbox run, network and limits",
        argv: [NSBOX, "run", "--network", NETWORK, ...LIMITS, tree, "/bin/true"],
      },
      { name: "the network's steps by ip", argv: ["/bin/sh", "-e", script("by-ip", BY_IP)] },
      { name: "the limits' steps by a shell", argv: ["/bin/sh", script("by-shell", BY_SHELL)] },
    ];
    const peer = podman(tree);
    if (peer === undefined) absent("podman");
    // What cleans up behind podman works on after its end, beside whatever comes next: so nothing does.
    const results = [...compete(list, rounds), ...(peer === undefined ? [] : compete([peer], rounds))];
    table(`networks and limits, ${rounds} rounds`, results);
    const time = (name: string) => results.find((result) => result.name === name)?.median ?? Number.NaN;
    const added = time("nsbox run, network and limits") - time("nsbox run");
    return [
      { text: "network and limits above a plain run, ms", value: added, limit: 8 },
      {
        text: "the same against the steps by ip",
        value: added / time("the network's steps by ip"),
        limit: 1,
      },
    ];
  } finally {
    Bun.spawnSync(["ip", "link", "del", "bench0br"]);
    Bun.spawnSync([NSBOX, "net", "rm", NETWORK]);
  }
}
