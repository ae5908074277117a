import { describe, expect, test } from "bun:test";
import { readlinkSync } from "node:fs";
import { KINDS, type KindName } from "../../src/ns/kinds.ts";
import { forEveryone, NSBOX, outcome, run, start } from "./support.ts";
import { programBelow } from "./traces.ts";
import { tree } from "./trees.ts";

const NAMES: readonly KindName[] = KINDS.map(({ name }) => name);
const outside = new Map(NAMES.map((name) => [name, readlinkSync(`/proc/self/ns/${name}`)]));

describe("the namespaces of a run", () => {
  forEveryone((who) => {
    const ordinary: readonly KindName[] = who.uid === 0 ? [] : ["user"];
    /** The kinds that differ from outside, as the host's /proc tells. */
    async function made(...options: string[]): Promise<KindName[]> {
      const process = start(who, [NSBOX, "run", "-q", ...options, tree(who), "sleep", "60"]);
      const sleep = await programBelow(process.pid, "sleep");
      const inside = NAMES.filter((name) => readlinkSync(`/proc/${sleep}/ns/${name}`) !== outside.get(name));
      process.kill("SIGTERM");
      expect(await outcome(process)).toEqual({ out: "", err: "", status: 143 });
      return inside;
    }
    const sorted = (...kinds: KindName[]) =>
      NAMES.filter((name) => kinds.includes(name) || ordinary.includes(name));

    test("are of all kinds where none is named, root keeping the user namespace", async () => {
      expect(await made()).toEqual(sorted(...NAMES.filter((name) => name !== "user")));
    });

    for (const { name, letter, long } of KINDS) {
      test(`are exactly ${name} with -${letter} or --${long}`, async () => {
        expect(await made(`-${letter}`, ...(name === "uts" ? ["zion"] : []))).toEqual(sorted(name));
        expect(await made(`--${long}`)).toEqual(sorted(name));
      });
    }

    test("are those that stand in one word, the host name last", async () => {
      expect(await made("-pmu", "zion")).toEqual(sorted("pid", "mnt", "uts"));
      expect(await made("-pminUCT")).toEqual(sorted(...NAMES.filter((name) => name !== "uts")));
    });

    test("are all but those that --share names", async () => {
      const all = NAMES.filter((name) => name !== "user");
      for (const name of ["net", "uts", "ipc", "cgroup", "time"] as const) {
        expect(await made("--share", name)).toEqual(sorted(...all.filter((other) => other !== name)));
      }
      expect(await made("--share=net,uts", "--share", "ipc")).toEqual(sorted("mnt", "pid", "cgroup", "time"));
    });

    test("are noted where an essential one is left out, unless -q is given", async () => {
      expect((await run(who, ["-m", tree(who), "true"])).err).toMatch(/^note: .*-p or -n/);
      expect((await run(who, ["-q", "-m", tree(who), "true"])).err).toBe("");
      expect((await run(who, ["-mpn", tree(who), "true"])).err).toBe("");
    });

    test("make the caller root inside with a user namespace", async () => {
      const { out } = await run(who, ["-U", "-q", "/", "bash", "-c", "id -u; id -g; cat /proc/self/uid_map"]);
      expect(out.split(/\s+/)).toEqual(["0", "0", "0", `${who.uid}`, "1", ""]);
    });
  });
});
