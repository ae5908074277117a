/**
 * The recipes of docs/rootfs.md: blocks of shell, marked with an application and what they are for. They are
 * run as they stand there, in a namespace with a /run and a loopback of its own, where all ends with them.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AS_ROOT, CALLER_ENV, hostProgram, NSBOX, type Outcome, outcome, SCRATCH } from "../e2e/support.ts";

/** What a block is for, in the order in which they are run. */
export type Part = "source" | "files" | "build" | "trace" | "run";

const PAGE = readFileSync(join(import.meta.dir, "../../docs/rootfs.md"), "utf8");
const POSTGRESQL = "/usr/lib/postgresql";

/** How long a test may take, in milliseconds. */
export const PATIENCE = 180_000;

/** The newest PostgreSQL that is installed, "" where none is. */
function versionOfPostgresql(): string {
  try {
    return readdirSync(POSTGRESQL).sort().at(-1) ?? "";
  } catch {
    return "";
  }
}
const version = versionOfPostgresql();

/** Where things are that are on nobody's PATH. */
const PLACES: Readonly<Record<string, string>> = {
  postgres: `${POSTGRESQL}/${version}/bin/postgres`,
  initdb: `${POSTGRESQL}/${version}/bin/initdb`,
  numpy: "/usr/lib/python3/dist-packages/numpy/__init__.py",
};

/** Why the recipe of something that needs these cannot be tried, "" where it can. */
export function lack(needs: readonly string[]): string {
  if (!AS_ROOT) return "needs root";
  const absent = ["dpkg", "ip", "unshare", ...needs].filter(
    (name) => hostProgram(PLACES[name] ?? name) === undefined && !isFile(PLACES[name]),
  );
  return absent.length === 0 ? "" : `${absent.join(", ")} not installed`;
}

/** A reason as the end of a test's name. */
export const reason = (why: string): string => (why === "" ? "" : ` (skipped: ${why})`);

function isFile(path: string | undefined): boolean {
  if (path === undefined) return false;
  try {
    return readFileSync(path).length >= 0;
  } catch {
    return false;
  }
}

/** The text of a block; throws where the page has none. */
export function block(app: string, part: Part): string {
  const [, text] = PAGE.split(`\`\`\`sh ${app} ${part}\n`);
  if (text === undefined) throw new Error(`docs/rootfs.md has no block "${app} ${part}"`);
  return text
    .slice(0, text.indexOf("\n```") + 1)
    .replace(/(\/postgresql\/|postgresql-(?:client-)?)15/g, `$1${version}`);
}

const BIN = join(SCRATCH, "bin");
mkdirSync(BIN);
symlinkSync(NSBOX, join(BIN, "nsbox"));

/** The environment of the blocks. */
export const ENV = { ...CALLER_ENV, PATH: `${BIN}:${CALLER_ENV.PATH}` };
const APART = 'mount -t tmpfs tmpfs /run && ip link set lo up && exec bash -eu "$0"';

/**
 * Runs lines of shell one after the other, in a directory that is made new unless something is in it that is
 * `kept`. Standard output is that of the last ones alone.
 */
export async function play(app: string, lines: readonly string[], kept = false): Promise<Outcome> {
  const directory = folder(app);
  if (!kept) rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const script = join(directory, "script");
  writeFileSync(script, ["exec 3>&1 >&2", ...lines.slice(0, -1), "exec >&3 3>&-", lines.at(-1)].join("\n"));
  const alone = ["unshare", "-mnp", "--fork", "--kill-child", "--mount-proc", "sh", "-c", APART, script];
  return outcome(
    Bun.spawn(alone, {
      env: ENV,
      cwd: directory,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: PATIENCE - 10_000,
      killSignal: "SIGKILL",
    }),
  );
}

/** Where the blocks of an application are run. */
export const folder = (app: string): string => join(SCRATCH, app);
