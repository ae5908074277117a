/** People with accounts of the tests' own: the host's files are covered for them alone, and never written. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AS_ROOT, hostProgram, type Person, SCRATCH, USER } from "./support.ts";

/** Why people with subordinate ids may not be had; undefined where they can. */
export const NO_SUBORDINATES: string | undefined = !AS_ROOT
  ? "needs root"
  : hostProgram("newuidmap") === undefined
    ? "needs newuidmap"
    : undefined;

/** The first subordinate id of whoever has any, and how many there are. */
export const SUBORDINATE = { first: 700_000, count: 65_536 } as const;

/**
 * `person` with `lines` for /etc/subuid and /etc/subgid, and an account named "tester" in /etc/passwd
 * (ordinary users only). Needs root.
 */
export function withAccounts(person: Person, lines = `${nameOf(person)}:700000:65536\n`): Person {
  const files = { passwd: passwd(), subuid: lines, subgid: lines };
  const folder = join(SCRATCH, `accounts-${Bun.hash(JSON.stringify(files))}-${person.uid}`);
  for (const [name, text] of Object.entries(files)) {
    Bun.spawnSync(["mkdir", "-p", folder]);
    writeFileSync(join(folder, name), text);
  }
  const cover = Object.keys(files).map(
    (name) => `touch /etc/${name}; mount --bind ${folder}/${name} /etc/${name}`,
  );
  const script = `${cover.join(" && ")} && exec "$@"`;
  return {
    ...person,
    name: `${person.name} with subordinate ids`,
    prefix: ["unshare", "-m", "--propagation", "private", "sh", "-ec", script, "sh", ...person.prefix],
  };
}

const nameOf = (person: Person): string => (person.uid === 0 ? "root" : "tester");

const passwd = (): string =>
  `${readFileSync("/etc/passwd", "utf8")}tester:x:${USER.uid}:${USER.uid}::/home/tester:/bin/sh\n`;
