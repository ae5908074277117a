/** What users write of their containers is believed of their own, and holds nobody up. */
import { describe, expect, test } from "bun:test";
import { chownSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { ownContainers } from "../../src/ns/engines/own-containers.ts";
import { AS_ROOT } from "./animals.ts";

/** Nobody's. */
const UID = 1_000_000_000 + process.pid;
const PLACE = `/tmp/nsbox-${UID}`;
const [PID, START] = [77, 88];

/** With a directory as that user's nsbox keeps its containers in, and one container "mine". */
function withPlace(body: () => void): void {
  try {
    mkdirSync(`${PLACE}/containers/1`, { recursive: true, mode: 0o700 });
    mkdirSync(`${PLACE}/names`);
    writeFileSync(`${PLACE}/containers/1/status`, `state running\nmonitor 76 87\npid ${PID} ${START}\n`);
    symlinkSync("1", `${PLACE}/names/mine`);
    for (const path of [PLACE, `${PLACE}/containers`]) chownSync(path, UID, UID);
    body();
  } finally {
    rmSync(PLACE, { recursive: true, force: true });
  }
}

const named = (starter: number) => ownContainers()({ pid: PID, start: START, starter }).name;

describe.skipIf(!AS_ROOT)("what a user wrote of containers (needs root)", () => {
  test("names a container that this user started, and nobody else's", () => {
    withPlace(() => {
      expect([UID, 0, UID + 1].map(named)).toEqual(["mine", undefined, undefined]);
    });
  });

  test("is not heeded where another user could have written it", () => {
    withPlace(() => {
      chownSync(`${PLACE}/containers`, UID + 1, UID + 1);
      expect(named(UID)).toBeUndefined();
    });
  });

  test("is not read where it is larger than nsbox writes it", () => {
    withPlace(() => {
      writeFileSync(`${PLACE}/large`, "x\n".repeat(2 << 20));
      for (let id = 2; id < 3000; id++) {
        mkdirSync(`${PLACE}/containers/${id}`);
        linkSync(`${PLACE}/large`, `${PLACE}/containers/${id}/status`);
      }
      const begun = performance.now();
      expect(named(UID)).toBe("mine");
      expect(performance.now() - begun).toBeLessThan(2000);
    });
  });
});
