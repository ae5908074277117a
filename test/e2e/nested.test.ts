/** Sandboxes inside nsbox: they work with the switches that the error names, and not without. */
import { describe, expect, test } from "bun:test";
import { forEveryone, hostProgram, NSBOX, run } from "./support.ts";
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
/** podman starts its containers by a runtime; what that asks of the kernel is asked for here by unshare. */
const UNSHARE = ["unshare", "-Urmpf", "--mount-proc", "echo", "in"];

describe("inside nsbox", () => {
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
