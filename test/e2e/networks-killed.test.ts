/** kill -9 of runs on a network, and of `nsbox net`: what is left is gone with the next command that looks. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { killOnly, NAME, phasePoint, pointsOf, type Scene, used } from "./killing.ts";
import { networkHome } from "./network-home.ts";
import { CANNOT, script } from "./network-host.ts";
import { call, ROOT, until } from "./support.ts";
import { newTree } from "./trees.ts";

const reason = CANNOT === undefined ? "" : ` (${CANNOT})`;

/** Leases, devices and rules there, by what they are made of. */
async function leftOf({ own }: Scene) {
  const { out } = await call(own.who, ["ip", "-o", "link"]);
  return {
    leases: readdirSync(`${own.state}/networks/web/leases`),
    pairs: out.match(/nsv[0-9a-f]+/g) ?? [],
    undo: existsSync(`${own.state}/undo`) ? readdirSync(`${own.state}/undo`) : [],
  };
}

const NOTHING = { leases: [], pairs: [], undo: [] };

describe.skipIf(CANNOT !== undefined)(`kill -9 on a network${reason}`, () => {
  test.each([
    ["a run", ["-q"]],
    ["a container that is kept", ["-q", "-d", "--name", NAME]],
  ])(
    "of %s at any of its steps: gc gives the address back, the device goes",
    async (_what, options) => {
      const tree = newTree(ROOT, "lean");
      const own = await used(await networkHome(), tree);
      expect(await own.nsbox("net", "create", "web")).toEqual({ out: "web\n", err: "", status: 0 });
      const words = ["run", ...options, "--network", "web", tree, "/bin/echo", "ran"];
      const scene: Scene = { own, tree, words };
      const steps = await pointsOf(scene);
      const network = steps.filter(({ name }) => /netlink|lease/.test(name));
      const points = [...network, ...(["running"] as const).map(phasePoint)];
      let killed = 0;
      for (const point of points) {
        killed += Math.sign(await killOnly(scene, point));
        const { err, status } = await own.nsbox("gc");
        expect({ point: point.name, err, status }).toEqual({ point: point.name, err: "", status: 0 });
        await own.nsbox("rm", "-f", NAME);
        await until(`nothing to be left: ${point.name}`, async () =>
          Bun.deepEquals(await leftOf(scene), NOTHING),
        );
      }
      expect(killed).toBeGreaterThan(3);
    },
    60_000,
  );

  test("of net create and net rm, anywhere: prune makes all as it was", async () => {
    const { out, err } = await script(
      `nft list ruleset >/run/rules; ip -o link >/run/links; cat /proc/sys/net/ipv4/conf/*/forwarding >/run/forwarding
      mkdir -p /run/nsbox/networks
      for i in $(seq 30); do
        "$NSBOX" net create -q web >/dev/null 2>&1 & sleep 0.0$((10 + i)); kill -9 $! 2>/dev/null; wait $! 2>/dev/null
        "$NSBOX" net create -q web >/dev/null 2>&1
        "$NSBOX" net rm web >/dev/null 2>&1 & sleep 0.0$((10 + i)); kill -9 $! 2>/dev/null; wait $! 2>/dev/null
        n net prune >/dev/null
        nft list ruleset | cmp - /run/rules; ip -o link | cmp - /run/links; cat /proc/sys/net/ipv4/conf/*/forwarding | cmp - /run/forwarding
        ls /run/nsbox/networks
      done; echo done`,
      true,
      60_000,
    );
    expect(out).toBe("done\n");
    expect(err.replaceAll(/^.*Killed.*\n/gm, "")).toBe("");
  }, 70_000);
});
