/** The network's files of /etc as a run's only mounts. Judge: the planning of all that can be mounted. */
import { expect, test } from "bun:test";
import { readable } from "../../src/plan/decode.ts";
import { filesAlone } from "../../src/sandbox/mounts/file.ts";
import { planMounts } from "../../src/sandbox/mounts/index.ts";
import type { MountPart } from "../../src/sandbox/mounts/part.ts";
import type { FileItem } from "../../src/sandbox/mounts/request.ts";
import { PLAIN_REQUEST } from "../../src/sandbox/plain-request.ts";
import { planRun } from "../../src/sandbox/plan-run.ts";

const file = (target: string, content: string): FileItem => ({
  kind: "file",
  typed: target,
  target,
  mode: 0o644,
  content,
  optional: true,
});
const FILES = [file("/etc/resolv.conf", "nameserver 127.0.0.11\n"), file("/etc/hosts", "")];

/** The plan of a run with these mounts. */
function plan(mounts: MountPart) {
  const caller = { uid: 0, gid: 0, env: {}, color: undefined, bytes: false };
  return readable(planRun({ ...PLAIN_REQUEST, root: "/srv", command: ["true"] }, caller, { mounts }).plan);
}

test.each([true, false])("files that come alone are mounted as with other mounts (quiet: %p)", (quiet) => {
  const usual = planMounts(
    {
      items: FILES,
      noTree: false,
      overlay: undefined,
      lower: [],
      readOnly: false,
      propagation: undefined,
      unmask: [],
      hostDevices: false,
      mayMount: true,
    },
    { kinds: ["mnt", "pid", "net", "uts", "ipc"], uid: 0, idmapRoot: false, copied: false, quiet },
  );
  expect(plan(filesAlone(FILES, quiet))).toEqual(plan(usual));
  expect(plan(usual).ops.filter(({ op }) => op === "file")).toHaveLength(2);
});
