/** Each step of a run's network fails once: the error names it, and the host's network is as it was. */
import { describe, expect, test } from "bun:test";
import { NETWORK } from "../../src/plan/ops/network.ts";
import { PORTS } from "../../src/plan/ops/ports.ts";
import { OP_NAMES } from "../../src/plan/ops.ts";
import type { Home } from "./homes.ts";
import { failAt, pointsOf, type Scene, used } from "./killing.ts";
import { networkHome } from "./network-home.ts";
import { CANNOT } from "./network-host.ts";
import { call, ROOT, until } from "./support.ts";
import { newTree } from "./trees.ts";

const ABOUT_NETWORKS: ReadonlySet<string> = new Set([
  ...Object.keys(NETWORK),
  ...Object.keys(PORTS),
  "undo_list",
  "clone",
  "exec",
]);
// A tool is run for Open vSwitch alone, and checksums are filled in for its sake: network-devices.test.ts. A
// container that runs is connected by a plan of its own: networks.test.ts; and again by its next one: networks-again.test.ts.
const ELSEWHERE = [
  "run_tool",
  "whole_checksums",
  "whole_checksums_outside",
  "netlink_before",
  "also_networks",
];
const tried = new Set<string>(ELSEWHERE);

/** Devices, addresses, rules, leases and lists of that host. */
async function stateOf({ who, state }: Home) {
  const { out } = await call(who, [
    "sh",
    "-c",
    `ip -o link; ip -o addr; ip route show table all; nft list ruleset; cat /proc/sys/net/ipv4/conf/*/forwarding
    ls ${state.replace(/^\/proc\/\d+\/root/, "")}/networks/*/leases ${state.replace(/^\/proc\/\d+\/root/, "")}/undo; ss -lntu`,
  ]);
  // What counts seconds, and the numbers of interfaces of the pairs that went.
  return out.replaceAll(/\b(valid_lft|preferred_lft|expires) \S+/g, "");
}

describe.skipIf(CANNOT !== undefined)(`a step of a network that fails (${CANNOT ?? "here"})`, () => {
  test.each([
    ["of a network of nsbox's own", ["--network", "web", "--publish", "18080:80"]],
    ["of a device that is lent", ["--interface", "lent0"]],
    ["of a device made over another", ["--macvlan", "under0", "--ip", "10.7.0.2/24"]],
  ])(
    "%s leaves nothing, and is named",
    async (_what, options) => {
      const tree = newTree(ROOT, "lean");
      const own = await used(await networkHome(), tree);
      for (const device of ["lent0", "under0"]) {
        await call(own.who, ["ip", "link", "add", device, "type", "veth", "peer", "name", `${device}p`]);
      }
      expect((await own.nsbox("net", "create", "web")).status).toBe(0);
      const scene: Scene = { own, tree, words: ["run", "-q", ...options, tree, "/bin/echo", "ran"] };
      expect(await own.nsbox(...scene.words)).toEqual({ out: "ran\n", err: "", status: 0 });
      const points = (await pointsOf(scene)).filter(({ name }) => ABOUT_NETWORKS.has(name));
      // To be shown, that plan took an address.
      await own.nsbox("gc");
      const settled = () => until("pairs to be gone", async () => !(await stateOf(own)).includes("nsv"));
      await settled();
      const before = await stateOf(own);
      for (const point of points) {
        tried.add(point.name);
        const { out, err, status } = await failAt(scene, point);
        const failed = { point: point.name, out, status };
        expect(failed).toEqual({ point: point.name, out: "", status: point.name === "exec" ? 126 : 125 });
        expect(err).toMatch(/^error: Cannot /);
        // The kernel takes a namespace down when it has the time, and its devices with it.
        await settled();
        expect({ point: point.name, state: await stateOf(own) }).toEqual({
          point: point.name,
          state: before,
        });
      }
    },
    60_000,
  );

  test("was tried for every operation there is", () => {
    const wanted = OP_NAMES.filter((name) => ABOUT_NETWORKS.has(name));
    expect(wanted.filter((name) => !tried.has(name))).toEqual([]);
  });
});
