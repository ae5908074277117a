/** Whether ids can be mapped into a user namespace. */
import { writeFileSync } from "node:fs";
import { flagOf } from "../../ns/kinds.ts";
import { HOST } from "../../sandbox/identity/accounts.ts";
import { automatic, SIDES, toolFor } from "../../sandbox/identity/subordinate.ts";
import { attempt, pipe } from "../../sys/attempt.ts";
import { SYS } from "../../sys/constants.ts";
import { errnoText } from "../../sys/errno.ts";
import { syscall } from "../../sys/ffi.ts";
import { NsboxError } from "../../util/errors.ts";
import { whyAppArmor } from "../why-clone.ts";
import { whyIds, whyTool } from "../why-identity.ts";
import { type Answer, mapSelf, ok, type Probe, refused, Steps } from "./probe.ts";

/** One's own id, as everybody may map it. */
function probeOwn(): Answer {
  const steps = new Steps();
  mapSelf(steps);
  const { errno, failed } = attempt(flagOf("user"), steps.list);
  if (failed === null) return ok();
  if (failed < 0) return refused("no user namespace can be made");
  const { cause, hint } = whyAppArmor() ?? whyIds("uid_map", errno);
  return refused(cause ?? errnoText(errno), hint);
}

/** Many ids, by newuidmap(1) and newgidmap(1), or by root itself. */
function probeMany(): Answer {
  const around = {
    uid: process.geteuid!(),
    gid: process.getegid!(),
    read: HOST,
    userNamespace: "made",
    mounts: true,
  } as const;
  const gate = pipe();
  const steps = new Steps();
  // The child is there to be mapped, until the gate is opened.
  steps.call(SYS.read, gate.read, new Uint8Array(1), 1);
  let answer: Answer = ok();
  try {
    const { failed } = attempt(flagOf("user"), steps.list, (pid) => {
      try {
        answer = mapMany(pid, around);
      } catch (error) {
        if (!(error instanceof NsboxError)) throw error;
        answer = refused(`${error.message}: ${error.details.cause}`, error.details.hint);
      } finally {
        syscall(SYS.write, gate.write, new Uint8Array(1), 1);
      }
    });
    return failed === -1 ? refused("no user namespace can be made") : answer;
  } finally {
    gate.close();
  }
}

function mapMany(pid: number, around: Parameters<typeof automatic>[1]): Answer {
  for (const [name, id] of [
    ["uid", around.uid],
    ["gid", around.gid],
  ] as const) {
    const side = SIDES[name];
    if (around.uid === 0) {
      try {
        writeFileSync(`/proc/${pid}/${name}_map`, "0 0 65536");
      } catch (error) {
        const { cause } = whyIds(`${name}_map`, 1);
        return refused(cause ?? `${name}_map: ${(error as NodeJS.ErrnoException).code}`);
      }
      continue;
    }
    const ranges = automatic(side, around, id);
    const tool = toolFor(side, ranges, around, id);
    const words = ranges.flatMap(({ inside, outside, length }) => [inside, outside, length].map(String));
    if (tool === undefined) continue;
    const { exitCode, stderr } = Bun.spawnSync([tool, String(pid), ...words], { stdin: null });
    if (exitCode !== 0) return refused(whyTool(tool).cause ?? stderr.toString().trim());
  }
  return ok(around.uid === 0 ? "written by root itself" : "by newuidmap and newgidmap");
}

/** The probes of ids. */
export const ID_PROBES: readonly Probe[] = [
  {
    name: "own-id",
    title: "Root inside, oneself outside",
    for: "user namespaces",
    optional: false,
    probe: probeOwn,
  },
  {
    name: "many-ids",
    title: "Many ids in a user namespace",
    for: "--map-auto, --uid-map with ids of others",
    optional: true,
    probe: probeMany,
  },
];
