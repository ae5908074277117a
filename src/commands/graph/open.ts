/** `--open`: shows a file or address in the browser of whoever sits at the screen. */
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { say } from "../../cli/say.ts";
import { NsboxError } from "../../util/errors.ts";
import { sanitize } from "../../util/sanitize.ts";

/** A program that runs this long has not failed: some browsers stay until they are closed. */
const PATIENCE_MS = 2000;

/** Whose browser it is, where that is not who runs nsbox. */
interface Person {
  readonly uid: number;
  readonly gid: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Under sudo, and as root, that is who called it: a browser is not for root. */
export function personOf(
  { SUDO_UID = "", SUDO_GID = "" }: Environment,
  uid: number | undefined,
): Person | undefined {
  const isNumber = (text: string) => /^\d{1,10}$/.test(text);
  if (uid !== 0 || !isNumber(SUDO_UID) || !isNumber(SUDO_GID) || Number(SUDO_UID) === 0) return undefined;
  return { uid: Number(SUDO_UID), gid: Number(SUDO_GID) };
}

/**
 * Puts `text` into a file that only that person can read, in a directory of its own.
 * The directory is given away last: until then nobody else can put anything in the file's place.
 */
export function writePrivately(name: string, text: string): string {
  const person = personOf(process.env, process.getuid?.());
  // Under sudo $TMPDIR may be a directory of that person's own, in which it could be moved away.
  const folder = mkdtempSync(join(person === undefined ? tmpdir() : "/tmp", "nsbox-graph-"));
  const file = join(folder, name);
  writeFileSync(file, text, { mode: 0o600, flag: "wx" });
  if (person !== undefined) {
    chownSync(file, person.uid, person.gid);
    chownSync(folder, person.uid, person.gid);
  }
  return file;
}

/** A page that leads to `url`. On a command line others could read the token. */
export function writeDoor(url: string): { readonly file: string; remove(): void } {
  const file = writePrivately(
    "open.html",
    `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${url}"><title>nsbox</title>\n`,
  );
  return { file, remove: () => rmSync(join(file, ".."), { recursive: true, force: true }) };
}

/**
 * Opens `target` with the programs of $BROWSER, else xdg-open(1): the first that works.
 * @throws NsboxError where none does.
 */
export async function openInBrowser(target: string): Promise<void> {
  const person = personOf(process.env, process.getuid?.());
  const environment = person === undefined ? process.env : (environmentOf(person) ?? process.env);
  const tried: string[] = [];
  for (const words of browsers(environment["BROWSER"], target)) {
    const program = Bun.which(words[0]!, { PATH: environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin" });
    tried.push(words[0]!);
    if (program === null) continue;
    const as = person === undefined ? "" : ` as uid ${person.uid}`;
    say(sanitize(`opening ${target} with ${words[0]}${as}`));
    if (await starts([program, ...words.slice(1)], environment, person)) return;
  }
  throw new NsboxError("Cannot open a browser", {
    cause: `tried ${tried.map((word) => `"${word}"`).join(", ")}`,
    hint: `Open ${target} yourself, or name a browser in $BROWSER`,
    code: "no-browser",
  });
}

/** What to try: $BROWSER holds programs parted by colons, "%s" standing for what is to be opened. */
export function browsers(named: string | undefined, target: string): string[][] {
  const own = (named ?? "").split(":").filter(Boolean);
  return [...own, "xdg-open"].map((line) => {
    const words = line.split(/\s+/).filter(Boolean);
    const filled = words.map((word) => word.replaceAll("%s", () => target));
    return line.includes("%s") ? filled : [...words, target];
  });
}

async function starts(
  command: string[],
  environment: Environment,
  person: Person | undefined,
): Promise<boolean> {
  try {
    const child = Bun.spawn(command, {
      cwd: "/",
      env: { ...environment },
      stdio: ["ignore", "ignore", "ignore"],
      // Ctrl-C ends nsbox, not the browser.
      detached: true,
      ...person,
    });
    const status = await Promise.race([child.exited, Bun.sleep(PATIENCE_MS)]);
    child.unref();
    return status === undefined || status === 0;
  } catch {
    return false;
  }
}

/** The environment of that person: what its nearest process above this one was started with. */
function environmentOf({ uid }: Person): Environment | undefined {
  for (let pid = process.ppid; pid > 1; ) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      // In a name only "\n" is escaped, and with the flag "m" a line begins after other characters too.
      if (Number(/\nUid:\t(\d+)/.exec(status)?.[1]) === uid) {
        const pairs = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").filter(Boolean);
        return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
      }
      pid = Number(/\nPPid:\t(\d+)/.exec(status)?.[1] ?? 0);
    } catch {
      return undefined;
    }
  }
  return undefined;
}
