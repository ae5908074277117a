/** A system call filter that is compiled when it is asked for: a file's, or the default one changed. */
import { readFileSync, statSync } from "node:fs";
import { constants, release } from "node:os";
import type { SecurityRequest } from "../../sandbox/security/request.ts";
import { compile } from "../../seccomp/compile.ts";
import { defaultProfile } from "../../seccomp/default.ts";
import { errnoOf, logOnly, withErrno } from "../../seccomp/modes.ts";
import type { Profile } from "../../seccomp/profile.ts";
import { readProfile } from "../../seccomp/read.ts";
import { errnoText } from "../../sys/errno.ts";
import { NsboxError } from "../../util/errors.ts";

const ARCH = process.arch === "arm64" ? "arm64" : "x64";

/** A larger file is no profile. */
const LARGEST_PROFILE = 1024 * 1024;

/**
 * The filter that `--seccomp FILE|log` and `--seccomp-errno` ask for.
 * @throws NsboxError naming the file and what is wrong with it.
 */
export function compiled(
  asked: string | undefined,
  errno: string | undefined,
  capabilities: readonly string[],
): SecurityRequest["seccomp"] {
  const own = asked === undefined || asked === "log";
  let profile = own ? defaultProfile(capabilities) : readFile(asked, capabilities);
  if (errno !== undefined) profile = withErrno(profile, errnoOf(errno));
  if (asked === "log") profile = logOnly(profile);
  return { program: compile(profile, ARCH).bytes.toBase64(), flags: profile.flags };
}

function readFile(path: string, capabilities: readonly string[]): Profile {
  const title = `Cannot read seccomp profile "${path}"`;
  let text: string;
  try {
    const stat = statSync(path);
    if (!stat.isFile())
      throw new NsboxError(title, { cause: "it is no regular file", code: "seccomp-profile" });
    if (stat.size > LARGEST_PROFILE) {
      throw new NsboxError(title, { cause: "it is larger than 1 MiB", code: "seccomp-profile" });
    }
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof NsboxError) throw error;
    const { code = "" } = error as NodeJS.ErrnoException;
    const hint = /^[a-z]+$/.test(path) ? { hint: 'A file, or "off" or "log"' } : {};
    const cause = `open: ${errnoText(constants.errno[code as "ENOENT"])}`;
    throw new NsboxError(title, { cause, ...hint, code: "seccomp-profile", errno: code });
  }
  return readProfile(text, { source: path, arch: ARCH, capabilities, kernel: release() });
}
