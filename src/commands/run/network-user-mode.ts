/** `--network pasta` and `--network slirp4netns`: the program that does it, and what it is asked. */
import { readFileSync } from "node:fs";
import { note } from "../../cli/log.ts";
import { statePath } from "../../runtime/containers/place.ts";
import {
  type Published,
  planUserMode,
  shareOut,
  USER_MODES,
  type UserMode,
  type UserModePart,
} from "../../sandbox/network/user-mode.ts";
import { NsboxError } from "../../util/errors.ts";
import type { RunFacts } from "./limits.ts";

/** Behind the caller's own directories. */
const USUAL_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/** What Debian and its kin call the packages. */
const PACKAGES: Readonly<Record<UserMode, string>> = { pasta: "passt", slirp4netns: "slirp4netns" };

/** What is asked for beyond the mode. */
export interface Wanted {
  readonly publish: readonly Published[];
  readonly mtu: number | undefined;
}

/** `--network` asks for one of these. */
export const isUserMode = (word: string): word is UserMode => USER_MODES.some((mode) => mode === word);

/**
 * The operations for `mode`, by another program of the kind where that one is missing.
 * @throws NsboxError where there is none, UsageError where it cannot do what is wanted.
 */
export async function readUserMode(
  mode: UserMode,
  { publish, mtu }: Wanted,
  { caller, id }: RunFacts,
): Promise<UserModePart> {
  const found = findProgram(mode, caller.env["PATH"]);
  if (found.mode !== mode) {
    await note(`There is no pasta here (package ${PACKAGES.pasta}): slirp4netns does it, at a lower speed`);
  }
  const { own, relayed } = shareOut(found.mode, publish);
  if (relayed.length > 0) {
    const words = relayed.map(({ address, hostPort }) => `[${address}]:${hostPort}`).join(" ");
    await note(`${found.mode} does not publish on ${words} as well: 127.0.0.1 leads there`);
  }
  return planUserMode({
    ...found,
    root: caller.uid === 0,
    publish: own,
    nameServers: hostNameServers(),
    mtu,
    socket: `${statePath()}/${id}.slirp`,
  });
}

/** pasta is the better one; who asks for slirp4netns has a reason. */
function findProgram(mode: UserMode, path: string | undefined): { mode: UserMode; program: string } {
  const lookUp = (name: UserMode): string | undefined => {
    const found = Bun.which(name, { PATH: `${path ?? ""}:${USUAL_PATH}` });
    return found?.startsWith("/") ? found : undefined;
  };
  const wanted = lookUp(mode);
  if (wanted !== undefined) return { mode, program: wanted };
  const other = mode === "pasta" ? "slirp4netns" : "pasta";
  const instead = lookUp(other);
  if (mode === "pasta" && instead !== undefined) return { mode: other, program: instead };
  throw new NsboxError(`Cannot make a network by ${mode}`, {
    cause: instead === undefined ? "neither pasta nor slirp4netns is there" : "the program is not there",
    hint:
      instead === undefined
        ? `On Debian and Ubuntu: apt-get install ${PACKAGES.pasta} (or ${PACKAGES.slirp4netns})`
        : `"--network ${other}" works here; on Debian and Ubuntu: apt-get install ${PACKAGES[mode]}`,
    code: "missing-program",
  });
}

/** The families of the name servers in resolv.conf(5). */
function hostNameServers(): { ipv4: boolean; ipv6: boolean } {
  const servers = [...resolvConf().matchAll(/^\s*nameserver\s+(\S+)/gm)];
  return {
    ipv4: servers.some(([, address = ""]) => !address.includes(":")),
    ipv6: servers.some(([, address = ""]) => address.includes(":")),
  };
}

function resolvConf(): string {
  try {
    return readFileSync("/etc/resolv.conf", "utf8");
  } catch {
    return "";
  }
}
