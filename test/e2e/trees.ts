/** Root filesystems for the tests: a few programs with their libraries, copied once and then linked. */
import { chownSync, copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hostProgram, type Person, SCRATCH } from "./support.ts";

/** What the tests run inside; those that the host lacks (the inits) are left out. */
const PROGRAMS = `
  bash cat chmod chown cut dd echo env false grep head id kill ln ls mkdir ps pwd readlink rm rmdir setpriv setsid sleep
  sort stat stty test touch tr true tty wc catatonit dumb-init tini`;

let model: string | undefined;
let count = 0;

/** One tree with the programs and their libraries, which all others are hard links to. */
function modelTree(): string {
  if (model !== undefined) return model;
  model = join(SCRATCH, "model");
  const files = new Set<string>();
  for (const name of PROGRAMS.trim().split(/\s+/)) {
    const path = hostProgram(name);
    if (path === undefined) continue;
    for (const library of libraries(path)) files.add(library);
    copy(path, `/bin/${basename(path)}`);
  }
  for (const file of files) copy(file, file);
  symlinkSync("bash", join(model, "bin/sh"));
  return model;
}

/** The files that the loader loads for `program`. */
export function libraries(program: string): string[] {
  const { stdout } = Bun.spawnSync(["ldd", program], { stderr: "ignore" });
  return [...stdout.toString().matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path!);
}

function copy(from: string, to: string): void {
  const target = join(model!, to);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(from, target);
}

/** A new root filesystem of `who`'s own, with empty mount points or (`"lean"`) without any. */
export function newTree(who: Person, kind: "full" | "lean" = "full"): string {
  const tree = join(SCRATCH, `tree-${++count}`);
  const { exitCode } = Bun.spawnSync(["cp", "-al", modelTree(), tree]);
  if (exitCode !== 0) throw new Error("cp -al failed");
  const own = kind === "full" ? ["", "proc", "dev", "sys", "tmp"] : [""];
  for (const name of own) {
    mkdirSync(join(tree, name), { recursive: true });
    if (who.prefix.length > 0) chownSync(join(tree, name), who.uid, who.uid);
  }
  return tree;
}

const trees = new Map<Person, string>();
/** A full tree of `who`'s that tests share; they leave it as it is. */
export function tree(who: Person): string {
  const made = trees.get(who) ?? newTree(who);
  trees.set(who, made);
  return made;
}
