/** The profile that an engine on this machine uses, read and judged. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { readProfile } from "../../src/seccomp/read.ts";
import { CAPABILITIES } from "../../src/sys/capabilities.ts";
import { NO_JUDGE } from "./judge.ts";
import { ARCHES, compare } from "./judged.ts";

/** Where Debian's golang-github-containers-common and Fedora's containers-common put podman's profile. */
const FILE = process.env["NSBOX_TEST_PROFILE"] ?? "/usr/share/containers/seccomp.json";

const missing = existsSync(FILE) ? NO_JUDGE : `needs ${FILE}, of containers-common`;
const usual = CAPABILITIES.filter(({ kept }) => kept).map(({ name }) => name);

/** Bounding sets for which it makes different filters. */
const SETS = [
  [],
  usual,
  usual.filter((name) => name !== "AUDIT_WRITE"),
  [...usual, "AUDIT_WRITE", "SYS_ADMIN"],
];

test.skipIf(missing !== "").each(ARCHES)(
  `podman's own profile means to the filter on %s what it means to libseccomp, in no more instructions${missing && ` (${missing})`}`,
  (arch) => {
    for (const capabilities of SETS) {
      const host = { source: FILE, arch, capabilities, kernel: "6.1.0" };
      const { compared, ...found } = compare(readProfile(readFileSync(FILE, "utf8"), host), arch);
      expect(found).toEqual({ different: [], slower: [] });
      expect(compared).toBeGreaterThan(600);
    }
  },
);
