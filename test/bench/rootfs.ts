/** `nsbox build-rootfs` and `nsbox ldd` beside a plain copy of the same files and the tools that do alike. */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Contestant, compete, type Goal, type Result, table } from "./measure.ts";
import { absent, NSBOX, program, scratch } from "./things.ts";

/** Dynamic programs of /usr/bin that nsbox can take, one name a file. */
function systemPrograms(): string[] {
  const seen = new Set<string>();
  return readdirSync("/usr/bin")
    .map((name) => join("/usr/bin", name))
    .filter((path) => {
      try {
        const real = realpathSync(path);
        if (seen.has(real) || !isElf(real)) return false;
        seen.add(real);
        return (
          Bun.spawnSync([NSBOX, "build-rootfs", "--dry-run", path, join(scratch(), "none")]).exitCode === 0
        );
      } catch {
        return false; // a link that leads nowhere
      }
    });
}

function isElf(path: string): boolean {
  const fd = openSync(path, "r");
  const head = Buffer.alloc(4);
  readSync(fd, head);
  closeSync(fd);
  return head.toString("latin1") === "\x7fELF";
}

/** The files and links that a build makes, as a list for cp. */
function fileSet(programs: readonly string[], tree: string): string {
  Bun.spawnSync([NSBOX, "build-rootfs", "--bare", ...programs, tree]);
  const { stdout } = Bun.spawnSync(["find", tree, "!", "-type", "d", "-printf", "/%P\\0"]);
  const list = join(scratch(), `files-${programs.length}`);
  writeFileSync(list, stdout);
  rmSync(tree, { recursive: true });
  return list;
}

/** Removes a tree, and waits until the disk has nothing more of it to do. */
function clear(tree: string): void {
  rmSync(tree, { recursive: true, force: true });
  Bun.spawnSync(["sync"]);
}

function contestants(programs: readonly string[]): Contestant[] {
  const target = join(scratch(), "target");
  const before = () => clear(target);
  const fresh = () => {
    before();
    mkdirSync(target);
  };
  const list = fileSet(programs, join(scratch(), "listed"));
  const result: Contestant[] = [
    { name: "nsbox build-rootfs", argv: [NSBOX, "build-rootfs", ...programs, target], before },
    {
      name: "cp -a of the same files",
      argv: ["/bin/sh", "-c", `cd / && xargs -0 sh -c 'cp -a --parents "$@" ${target}' sh <${list}`],
      before: fresh,
    },
  ];
  const lddtree = program("lddtree");
  if (lddtree === undefined) absent("lddtree");
  else
    result.push({
      name: "lddtree --copy-to-tree",
      argv: [lddtree, "--copy-to-tree", target, ...programs],
      before: fresh,
    });
  const dracut = program("dracut-install");
  if (dracut === undefined) absent("dracut-install");
  else
    result.push({
      name: "dracut-install",
      argv: [dracut, "-D", target, "-l", "-a", ...programs],
      before: fresh,
    });
  result.push({
    name: "ldd and cp, one after the other",
    argv: ["/bin/sh", "-c", LDD_AND_COPY, "sh", target, ...programs],
    before: fresh,
  });
  return result;
}

/** What the shell scripts do that make a tree with what ldd names. It runs code of its input. */
const LDD_AND_COPY = `tree=$1; shift; cd /
for program; do
  for file in "$program" $(ldd "$program" 2>/dev/null | sed 's/.*> *//; s/^[[:space:]]*//; s/ .*//' | grep '^/.*lib'); do
    [ -e "$tree$file" ] || cp --parents -pL -t "$tree" "$file" || exit 1
  done
done`;

/** The same tree a second time: nothing is to be done but to see that. */
function again(programs: readonly string[]): Contestant[] {
  const [first, second] = [join(scratch(), "first"), join(scratch(), "second")];
  Bun.spawnSync([NSBOX, "build-rootfs", ...programs, second]);
  return [
    {
      name: "the first build",
      argv: [NSBOX, "build-rootfs", ...programs, first],
      before: () => clear(first),
    },
    { name: "an unchanged rebuild", argv: [NSBOX, "build-rootfs", ...programs, second] },
  ];
}

/** What each program loads, and nothing written. */
function resolvers(programs: readonly string[]): Contestant[] {
  const result: Contestant[] = [{ name: "nsbox ldd", argv: [NSBOX, "ldd", ...programs] }];
  for (const [name, ...options] of [["libtree"], ["libtree", "-vvv"], ["ldd"]] as const) {
    const path = program(name);
    if (path === undefined) absent(name);
    else result.push({ name: [name, ...options].join(" "), argv: [path, ...options, ...programs] });
  }
  return result;
}

const timeOf = (results: readonly Result[], name: string) =>
  results.find((result) => result.name === name)?.median ?? Number.NaN;

/** Measures `build-rootfs` for one, a hundred and all programs, and returns its goals. */
export function benchRootfs(rounds: number): Goal[] {
  const all = systemPrograms();
  const start = { name: "nsbox --version", argv: [NSBOX, "--version"] };
  const one = compete([...contestants(["/usr/bin/bash"]), start], rounds);
  table(`build-rootfs: bash, ${rounds} rounds`, one);
  const hundred = compete(contestants(all.slice(0, 100)), Math.max(3, rounds >> 2));
  table("build-rootfs: 100 programs", hundred);
  const every = compete(contestants(all), 3);
  table(`build-rootfs: all ${all.length} programs of /usr/bin`, every);
  const rebuilt = compete(again(all), 3);
  table("build-rootfs: the same once more", rebuilt);
  const resolved = compete(resolvers(all), 3);
  table(`what all ${all.length} programs load`, resolved);
  // libtree ends with an error: some programs here want a path that only their callers give them.
  const fastest = Math.min(...resolved.slice(1).map(({ median }) => median));
  return [
    {
      text: "build-rootfs of one program above start-up, ms",
      value: timeOf(one, "nsbox build-rootfs") - timeOf(one, "nsbox --version"),
      limit: 40,
    },
    {
      text: "build-rootfs of all programs against cp -a",
      value: timeOf(every, "nsbox build-rootfs") / timeOf(every, "cp -a of the same files"),
      limit: 1.2,
    },
    {
      text: "build-rootfs of all programs against dracut-install",
      value: timeOf(every, "nsbox build-rootfs") / timeOf(every, "dracut-install"),
      limit: 0.1,
    },
    {
      text: "an unchanged rebuild against the first build",
      value: timeOf(rebuilt, "an unchanged rebuild") / timeOf(rebuilt, "the first build"),
      limit: 0.2,
    },
    {
      text: "ldd of all programs against the fastest peer",
      value: timeOf(resolved, "nsbox ldd") / fastest,
      limit: 0.2,
    },
  ];
}
