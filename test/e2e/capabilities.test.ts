/** What the command may do. Judge: the five lines of /proc/self/status. */
import { describe, expect, test } from "bun:test";
import { ALL_CAPABILITIES, CAPABILITIES, capabilitySet } from "../../src/sys/capabilities.ts";
import { AS_ROOT, forEveryone, type Person, ROOT, run, textOf, USER } from "./support.ts";
import { tree } from "./trees.ts";

const KEPT = capabilitySet(CAPABILITIES.filter(({ kept }) => kept).map(({ name }) => name));
const hex = (set: number) => set.toString(16).padStart(16, "0");

/** What the tests themselves may do: nothing can be had beyond that. */
const bounding = Number(`0x${/CapBnd:\s*(\w+)/.exec(textOf("/proc/self/status"))![1]}`);
const common = (a: number, b: number) => Number(BigInt(a) & BigInt(b));

/** Inheritable, permitted, effective, bounding, ambient. */
async function sets(who: Person, ...options: string[]): Promise<string[]> {
  const { out } = await run(who, [
    ...options,
    tree(who),
    "sh",
    "-c",
    "grep ^Cap /proc/self/status | cut -f2",
  ]);
  return out.trim().split("\n");
}
const five = (inheritable: number, permitted: number, effective: number, bound: number, ambient: number) =>
  [inheritable, permitted, effective, bound, ambient].map(hex);

describe("capabilities", () => {
  forEveryone((who) => {
    /** In a user namespace of one's own all can be had. */
    const all = who.uid === 0 ? common(ALL_CAPABILITIES, bounding) : ALL_CAPABILITIES;

    test("of root inside are the usual set, none to inherit", async () => {
      expect(await sets(who)).toEqual(five(0, KEPT, KEPT, KEPT, 0));
    });

    test("of root are what --cap-add and --cap-drop make of it", async () => {
      const raw = capabilitySet(["NET_RAW"]);
      expect(await sets(who, "--cap-drop", "ALL")).toEqual(five(0, 0, 0, 0, 0));
      expect(await sets(who, "--cap-drop", "ALL", "--cap-add", "net_raw")).toEqual(five(0, raw, raw, raw, 0));
      expect(await sets(who, "--cap-add", "CAP_NET_RAW")).toEqual(
        five(0, KEPT + raw, KEPT + raw, KEPT + raw, 0),
      );
      const less = KEPT - capabilitySet(["SETUID", "KILL"]);
      expect(await sets(who, "--cap-drop", "setuid,KILL")).toEqual(five(0, less, less, less, 0));
    });

    test("of root are all with --cap-add ALL, and with --privileged", async () => {
      expect(await sets(who, "--cap-add", "ALL")).toEqual(five(0, all, all, all, 0));
      expect(await sets(who, "-q", "--privileged")).toEqual(five(0, all, all, all, 0));
      expect(await sets(who, "-q", "--privileged", "--cap-drop", "ALL")).toEqual(five(0, 0, 0, 0, 0));
      const less = all - capabilitySet(["SYS_ADMIN"]);
      expect(await sets(who, "--cap-add", "ALL", "--cap-drop", "SYS_ADMIN")).toEqual(
        five(0, less, less, less, 0),
      );
    });

    test("without a mount namespace lack CAP_SYS_CHROOT, by which one climbs out", async () => {
      const less = KEPT - capabilitySet(["SYS_CHROOT"]);
      const { out } = await run(who, ["-q", "-n", "/", "sh", "-c", "grep ^Cap /proc/self/status | cut -f2"]);
      expect(out.trim().split("\n")).toEqual(five(0, less, less, less, 0));
    });

    test("of nobody are none", async () => {
      expect(await sets(who, "--no-map")).toEqual(five(0, 0, 0, KEPT, 0));
    });

    test("are not to be had by an unknown name, nor by adding what is dropped", async () => {
      const add = await run(who, ["--cap-add", "SYS_ADMN", tree(who), "true"]);
      expect(add.err).toMatch(/Unknown capability "SYS_ADMN".*\n.*Did you mean "SYS_ADMIN"/);
      const both = await run(who, ["--cap-add", "KILL", "--cap-drop", "KILL", tree(who), "true"]);
      expect([add.status, both.status]).toEqual([125, 125]);
      expect(both.err).toMatch(/KILL is added and dropped/);
    });
  });

  test("of an ordinary user inside are none but those added, which programs inherit", async () => {
    const bind = capabilitySet(["NET_BIND_SERVICE"]);
    const [who, options] = AS_ROOT ? [ROOT, ["--user", "1000"]] : [USER, ["--map-current"]];
    expect(await sets(who, ...options)).toEqual(five(0, 0, 0, KEPT, 0));
    expect(await sets(who, ...options, "--cap-add", "NET_BIND_SERVICE")).toEqual(
      five(bind, bind, bind, KEPT, bind),
    );
  });

  test.skipIf(!AS_ROOT || common(bounding, capabilitySet(["SYS_RESOURCE"])) > 0)(
    "that nsbox itself lacks are an error when added by name (needs root without CAP_SYS_RESOURCE)",
    async () => {
      const { out, err, status } = await run(ROOT, ["--cap-add", "SYS_RESOURCE", tree(ROOT), "echo", "ran"]);
      expect({ out, status }).toEqual({ out: "", status: 125 });
      expect(err).toMatch(/nsbox itself lacks CAP_SYS_RESOURCE/);
    },
  );
});

describe("privileges", () => {
  forEveryone((who) => {
    const status = async (word: string, ...options: string[]) =>
      (
        await run(who, [
          "-q",
          ...options,
          tree(who),
          "sh",
          "-c",
          `grep ^${word}: /proc/self/status | cut -f2`,
        ])
      ).out.trim();

    test("cannot be gained, unless --new-privs says so", async () => {
      expect(await status("NoNewPrivs")).toBe("1");
      expect(await status("NoNewPrivs", "--new-privs")).toBe("0");
      expect(await status("NoNewPrivs", "--privileged")).toBe("0");
    });

    test("are watched by a system call filter in either order, unless it is off", async () => {
      expect(await status("Seccomp_filters")).toBe("2");
      expect(await status("Seccomp_filters", "--new-privs")).toBe("2");
      // The guard of the terminal stays.
      expect(await status("Seccomp_filters", "--seccomp", "off")).toBe("1");
      expect(await status("Seccomp_filters", "--privileged")).toBe("1");
    });
  });
});
