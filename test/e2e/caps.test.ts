/**
 * What a process may towards a namespace. Judge: the process itself, which tries to enter each of them
 * (test/e2e/fixtures/try-entering.py). To enter a user namespace takes exactly CAP_SYS_ADMIN in it.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { findNamespace } from "../../src/commands/looking/find.ts";
import { capabilitiesIn } from "../../src/ns/capabilities-in.ts";
import { readDetails } from "../../src/ns/details.ts";
import { discover } from "../../src/ns/discover.ts";
import { mayEnter } from "../../src/ns/may-enter.ts";
import { AS_ROOT, CALLER_ENV, call, hostProgram, NSBOX, ROOT } from "./support.ts";

const PYTHON = hostProgram("python3");
const TRY = join(import.meta.dir, "fixtures/try-entering.py");
const able = AS_ROOT && PYTHON !== undefined;
const KINDS = ["user", "mnt", "pid", "net", "uts", "ipc", "cgroup", "time"] as const;

/** What is to be entered: the namespaces of processes, by a word that the judge's names end with. */
const homes: Record<string, number> = {};
const started: Bun.Subprocess[] = [];

const UID = 64018;
const user = (uid: number) => `setpriv --reuid=${uid} --regid=${uid} --clear-groups`;
const SLEEP = "sh -c 'echo $$; exec sleep 300'";

/** Starts a line of shell that prints the PID of what then stays, and returns it. */
async function home(line: string): Promise<number> {
  const child = Bun.spawn(["bash", "-c", line], {
    stdout: "pipe",
    stderr: "inherit",
    env: CALLER_ENV,
    cwd: "/",
  });
  started.push(child);
  const { value } = await child.stdout.getReader().read();
  return Number(new TextDecoder().decode(value).trim());
}

beforeAll(async () => {
  if (!able) return;
  const all = "-m -n -u -i -C -T";
  homes["host"] = process.pid;
  // exec keeps the PID: what is printed is right although a PID namespace would say otherwise.
  homes["theirs"] = await home(`exec ${user(UID)} unshare -U ${all} ${SLEEP}`);
  homes["inner"] = await home(`exec ${user(UID)} unshare -r unshare -U ${all} ${SLEEP}`);
  homes["roots"] = await home(`exec unshare -U ${all} ${SLEEP}`);
});

afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
});

/** Who tries: how the judge is started. */
const WHO: Readonly<Record<string, string>> = {
  "root of the host": "exec",
  "the user that made some": `exec ${user(UID)}`,
  "another user": `exec ${user(UID + 1)}`,
  "root without CAP_SYS_ADMIN": "exec capsh --drop=cap_sys_admin -- -c",
  "root without CAP_SYS_CHROOT": "exec capsh --drop=cap_sys_chroot -- -c",
  "a user with CAP_SYS_ADMIN alone": `exec setpriv --reuid=${UID + 1} --inh-caps=+sys_admin --ambient-caps=+sys_admin`,
  "a process in a user namespace of its own": `exec ${user(UID)} unshare -r`,
  "a process in the one of the user": "exec nsenter --preserve-credentials -U -t $THEIRS",
};

describe.skipIf(!able)("nsbox caps says what the kernel does (needs root and python3)", () => {
  test.each(Object.entries(WHO))(
    "for %s",
    async (_, prefix) => {
      const names = Object.keys(homes).flatMap((word) => KINDS.map((kind) => `${kind}.${word}`));
      const opened = names.map((name, at) => {
        const [kind, word] = name.split(".");
        return `exec ${20 + at}<"/proc/${homes[word!]}/ns/${kind}"`;
      });
      const words = names.map((name, at) => `${name}=${20 + at}`).join(" ");
      const line = prefix.endsWith("-c")
        ? `${prefix} 'exec ${PYTHON} ${TRY} ${words}'`
        : `${prefix} ${PYTHON} ${TRY} ${words}`;
      const judge = Bun.spawn(["bash", "-c", `${opened.join("\n")}\n${line}`], {
        ...{ stdin: "pipe", stdout: "pipe", stderr: "inherit", cwd: "/" },
        env: { ...CALLER_ENV, THEIRS: String(homes["theirs"]) },
      });
      try {
        const { value } = await judge.stdout.getReader().read();
        const errno = JSON.parse(new TextDecoder().decode(value)) as Record<string, number>;
        const ids = new Map<string, string>();
        for (const name of names) {
          const [kind, word] = name.split(".");
          ids.set(name, readlinkSync(`/proc/${homes[word!]}/ns/${kind}`));
        }
        const differ: string[] = [];
        const snapshot = discover();
        const self = snapshot.processes.find((one) => one.pid === judge.pid)!;
        const details = readDetails(judge.pid);
        for (const name of names) {
          const enter = mayEnter(snapshot, self, details, findNamespace(snapshot, ids.get(name)!));
          const first = [...ids].find(([, id]) => id === `user:[${enter.first}]`)?.[0];
          const really =
            errno[name] === 0
              ? "yes"
              : first !== undefined && errno[`${first}>${name}`] === 0
                ? "after"
                : "no";
          const own = enter.verdict === "inside" || enter.verdict === really;
          if (!own) differ.push(`${name}: nsbox ${enter.verdict}, kernel ${really} (errno ${errno[name]})`);
          if (enter.verdict === "no") {
            const others = names.filter((each) => each.startsWith("user") && errno[`${each}>${name}`] === 0);
            if (others.length > 0) differ.push(`${name}: entered after ${others.join()}`);
          }
        }
        expect(differ).toEqual([]);
        const one = ids.get(names[8]!)!;
        const { out } = await call(ROOT, [NSBOX, "caps", "--json", String(judge.pid), one]);
        const own = capabilitiesIn(snapshot, self, details, findNamespace(snapshot, one));
        expect(JSON.parse(out)).toMatchObject({ ...own, enter: { verdict: expect.any(String) } });
      } finally {
        judge.kill("SIGKILL");
      }
    },
    60_000,
  );
});

test.skipIf(!able)("draws both branches, in ASCII where the locale has no more (needs root)", async () => {
  const { out } = await call(ROOT, [NSBOX, "caps", String(homes["theirs"]), `${homes["inner"]}/net`], {
    env: { ...CALLER_ENV, LC_ALL: "C" },
  });
  expect(out).toMatch(/^[\x20-\x7e\n]*$/);
  expect(out).toContain("has in net:[");
  expect(out).toContain("`- ");
  expect(out).toContain("<- the target");
  const brief = await call(ROOT, [NSBOX, "caps", "-b", String(homes["theirs"]), `${homes["inner"]}/net`]);
  expect(brief.out).not.toContain("target");
  expect(brief.out).toContain("May it enter");
});
