/**
 * `npm run bench [-- --rounds N]`: nsbox beside its peers, as ratios in one run. Run as root; it works in a
 * mount and a network namespace of its own, where crun does not see a hybrid cgroup layout, which it refuses,
 * and where no containers and networks but its own are kept.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { benchLayers } from "./layers.ts";
import { benchLife } from "./life.ts";
import { benchLooking } from "./looking.ts";
import { judge } from "./measure.ts";
import { benchNetworks } from "./networks.ts";
import { benchRootfs } from "./rootfs.ts";
import { benchRun } from "./run.ts";
import { NSBOX, scratch } from "./things.ts";

const HYBRID = "/sys/fs/cgroup/unified";

function inOwnMounts(): never {
  const hide = existsSync(HYBRID) ? `mount -t tmpfs none ${HYBRID} && ` : "";
  const argv = [
    "unshare",
    "-mn",
    "sh",
    "-c",
    `${hide}mkdir -p /run/nsbox && mount -t tmpfs none /run/nsbox && chmod 700 /run/nsbox && ip link set lo up && exec "$@"`,
    "sh",
    process.execPath,
    ...process.argv.slice(1),
  ];
  const { exitCode } = Bun.spawnSync(argv, {
    env: { ...process.env, NSBOX_BENCH: "inside" },
    stdio: ["inherit", "inherit", "inherit"],
  });
  process.exit(exitCode);
}

if (process.geteuid?.() === 0 && process.env["NSBOX_BENCH"] !== "inside") inOwnMounts();

const given = process.argv.indexOf("--rounds");
const rounds = given < 0 ? 40 : Number(process.argv[given + 1]);
const tree = join(scratch(), "tree");
Bun.spawnSync([NSBOX, "build-rootfs", "/bin/true", "/bin/sleep", "/bin/sh", tree]);
const goals = [
  ...(await benchRun(tree, rounds)),
  ...benchLayers(tree, rounds),
  ...benchLife(tree, rounds),
  ...benchNetworks(tree, rounds),
  ...benchRootfs(Math.max(4, rounds >> 1)),
  ...(await benchLooking(Math.max(4, rounds >> 2))),
];
process.exit(judge(goals) === 0 ? 0 : 1);
