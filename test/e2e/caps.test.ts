/**
 * What a process may towards a namespace. Judge: the process itself, which tries to enter each of them
 * (test/e2e/fixtures/try-entering.py). To enter a user namespace takes exactly CAP_SYS_ADMIN in it.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
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

interface Answer {
  readonly rule: string;
  readonly capabilities: string[];
  readonly enter: { readonly verdict: string; readonly first: number | null };
}

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
        const link = async (name: string) => {
          const [kind, word] = name.split(".");
          const { out } = await call(ROOT, ["readlink", `/proc/${homes[word!]}/ns/${kind}`]);
          return out.trim();
        };
        for (const name of names) ids.set(name, await link(name));
        const differ: string[] = [];
        for (const name of names) {
          const title = ids.get(name)!;
          const { out, err } = await call(ROOT, [NSBOX, "caps", "--json", String(judge.pid), title]);
          if (err !== "") throw new Error(err);
          const { enter } = JSON.parse(out) as Answer;
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
      } finally {
        judge.kill("SIGKILL");
      }
    },
    60_000,
  );
});
