/** Attempts as one bash script, for a machine without Bun: see `./guest.ts`. */
import type { Person } from "../e2e/support.ts";
import { PROGRAMS } from "./compile.ts";
import { IMAGES } from "./images.ts";
import type { Way } from "./way.ts";
import { commandLine, filled, type Places, STARTED } from "./words.ts";

/** One attempt at `way`, unprotected or under `nsbox run OPTIONS`. */
export interface Plan {
  readonly way: Way;
  readonly who: Person;
  readonly options: readonly string[] | "control";
}

/** What came of it. */
export interface Result {
  readonly hit: boolean;
  readonly started: boolean;
  readonly text: string;
}

/** The secret on the machine's disk. */
export const DISK_SECRET = "nsbox-secret-0d15c0d15c0d15c0";

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** The functions of the script. Root filesystems are links to the machine's own files. */
const PRELUDE = `
new_tree() {
  test -e $1 && return
  mkdir $1 && cp -al /bin /lib* $1/ && cp -al /programs $1/ways
  for name in . proc dev sys tmp mnt; do mkdir -p $1/$name; chown $2:$2 $1/$name; done
  chmod 1777 $1/tmp
}
`;

/** What makes a process of the guest one of `who`'s. */
const prefix = ({ uid }: Person): string[] =>
  uid === 0 ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];

function attempt({ way, who, options }: Plan, number: number): string {
  const places: Places = {
    secret:
      way.outside === "the machine's disk" ? DISK_SECRET : `nsbox-secret-${`${number}`.padStart(16, "0")}`,
    folder: `/way-${number}`,
    tree: `/tree-${who.uid}`,
    programs: "/programs",
    outside: "/outside",
    uid: who.uid,
    launcher: "/nsbox",
    try: "",
  };
  const line = (text: string | undefined) => filled([text ?? ":"], places)[0]!;
  const command = commandLine(way, places, prefix(who), PROGRAMS, options).map(quoted).join(" ");
  const seen = way.proof === "reads" ? `[[ $out == *${places.secret}* ]]` : `test -e ${places.folder}/hit`;
  return `
new_tree ${places.tree} ${who.uid}
mkdir ${places.folder}; echo ${places.secret} >${places.folder}/secret; chown ${who.uid}:${who.uid} ${places.folder}
${way.image === undefined ? ":" : line(IMAGES[way.image].script)}
${line(way.ready)}
out=$(${command} 2>&1 </dev/null)
${way.hit === undefined ? ":" : `${line(way.hit)} && : >${places.folder}/hit`}
if ${seen}; then hit=true; else hit=false; fi
if [[ $out == *${quoted(STARTED)}* ]]; then started=true; else started=false; fi
out=\${out//$'\\n'/ / }
echo "@ ${number} $hit $started \${out:0:300}"
${way.undo === undefined ? ":" : `{ ${line(way.undo)}; } 2>/dev/null`}
rm -rf ${places.folder}
`;
}

/** The script of all of them. */
export const scriptOf = (plans: readonly Plan[]): string => PRELUDE + plans.map(attempt).join("");

/** What the script said, in the order of the plans; attempts of which it said nothing are missing. */
export function resultsIn(output: string): Map<number, Result> {
  const results = new Map<number, Result>();
  for (const [, number, hit, started, text] of output.matchAll(/^@ (\d+) (true|false) (true|false) (.*)$/gm))
    results.set(Number(number), { hit: hit === "true", started: started === "true", text: text! });
  return results;
}
