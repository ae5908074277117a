/** Hints at what packages bring with programs beyond libraries. */
import type { Collector } from "../collect/collector.ts";
import { DpkgFiles } from "./dpkg-files.ts";
import { HintData } from "./hint-data.ts";

/** That many programs are looked up in the package database, and more while time is left. */
const ALWAYS_LOOKED_UP = 8;
/** Who asks for more makes a system, and reads no hint at one of them. */
const MOST_LOOKED_UP = 64;

/** What the person should know of each program that was asked for. */
export function* packageNotes({ host, programs, manifest }: Collector): Generator<string> {
  const hints = new HintData(host, new DpkgFiles(host), (path) => manifest.wanted.has(path));
  const subjects = new Map<string, string>();
  for (const { argument, real, interpreters, kind } of programs) {
    for (const path of kind === "script" ? interpreters : [real]) {
      const subject = manifest.wanted.get(path)?.path ?? path;
      if (!subjects.has(subject)) subjects.set(subject, argument);
    }
  }
  if (subjects.size > MOST_LOOKED_UP) {
    yield `${subjects.size} programs were not looked up in the package database; --with-packages adds all that theirs have`;
    return;
  }
  let looked = 0;
  for (const [path, argument] of subjects) {
    if (looked >= ALWAYS_LOOKED_UP && hints.isLate) break;
    looked++;
    const data = hints.dataFor(path);
    if (data === undefined) continue;
    const [first = "", ...others] = data.packages;
    const packages =
      others.length === 0 ? `package ${first} also has` : `packages ${data.packages.join(", ")} also have`;
    const directories = [...data.directories].map(([name, files]) => `${name} (${files} files)`);
    yield `"${argument}" may need more than libraries: its ${packages} ${directories.join(", ")}; --with-packages adds them`;
  }
  const rest = subjects.size - looked;
  if (rest > 0) yield `${rest} of ${subjects.size} programs were not looked up in the package database`;
}
