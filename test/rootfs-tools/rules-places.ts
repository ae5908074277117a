/** Where glibc's loader looks for libraries. */
import { mkdirSync, symlinkSync } from "node:fs";
import { rpath, runpath } from "./fixtures.ts";
import { copy, one, type Rule, two } from "./rule-kit.ts";

/** Where objects are looked for. */
export const PLACES: readonly Rule[] = [
  ["a RUNPATH is searched", (kit) => one(kit, ...runpath(`${kit.inside}/lib`))],
  ["a RPATH is searched", (kit) => one(kit, ...rpath(`${kit.inside}/lib`))],
  ["nothing is found where nothing says where", (kit) => one(kit)],
  ["a RPATH is inherited", (kit) => two(kit, rpath(`${kit.inside}/lib`))],
  ["a RUNPATH is not inherited", (kit) => two(kit, runpath(`${kit.inside}/lib`))],
  [
    "an object with a RUNPATH does without the RPATH above it",
    (kit) => two(kit, rpath(`${kit.inside}/lib`), runpath("/nowhere")),
  ],
  [
    "a library's own RPATH comes before the program's",
    (kit) => {
      const start = two(kit, rpath(`${kit.inside}/lib`), rpath(`${kit.inside}/own`));
      copy(kit, "lib/libtwo.so", "own/libtwo.so");
      return start;
    },
  ],
  [
    "a library's RPATH counts below a program with a RUNPATH",
    (kit) => two(kit, runpath(`${kit.inside}/lib`), rpath(`${kit.inside}/lib`)),
  ],
  [
    "a library's RUNPATH counts for itself",
    (kit) => two(kit, runpath(`${kit.inside}/lib`), runpath(`${kit.inside}/lib`)),
  ],
  [
    "a RPATH is inherited over three libraries",
    (kit) => {
      const needs = [kit.library("lib/libthree.so")];
      const second = [kit.library("lib/libtwo.so", { needs })];
      const first = [kit.library("lib/libone.so", { needs: second })];
      return kit.program("bin/p", { needs: first, flags: rpath(`${kit.inside}/lib`) });
    },
  ],
  [
    "who loaded a library first is whose RPATH it inherits",
    (kit) => {
      const last = kit.library("last/liblast.so");
      const shared = kit.library("shared/libshared.so", { needs: [last] });
      const a = kit.library("lib/liba.so", { needs: [shared], flags: rpath(`${kit.inside}/shared`) });
      const b = kit.library("lib/libb.so", {
        needs: [shared],
        flags: rpath(`${kit.inside}/shared`, `${kit.inside}/last`),
      });
      return kit.program("bin/p", { needs: [a, b], flags: runpath(`${kit.inside}/lib`) });
    },
  ],
  [
    "the first directory that has it counts",
    (kit) => {
      const start = one(kit, ...runpath(`${kit.inside}/none`, `${kit.inside}/b`, `${kit.inside}/lib`));
      copy(kit, "lib/libone.so", "b/libone.so");
      return start;
    },
  ],
  [
    "slashes at the end and double ones change nothing",
    (kit) => one(kit, ...runpath(`${kit.inside}//lib///`)),
  ],
  [
    "a directory that leaves itself again by .. is searched",
    (kit) => one(kit, ...runpath(`${kit.inside}/lib/../lib`)),
  ],
  [
    "a directory with spaces is searched",
    (kit) => {
      kit.library("sp ace/libone.so");
      return kit.program("p", { needs: ["sp ace/libone.so"], flags: runpath(`${kit.inside}/sp ace`) });
    },
  ],
  [
    "a directory behind a link is named as it is written",
    (kit) => {
      symlinkSync("lib", `${kit.disk}/linked`);
      return one(kit, ...runpath(`${kit.inside}/linked`));
    },
  ],
  [
    "a library behind a link is named by the link",
    (kit) => {
      const start = one(kit, ...runpath(`${kit.inside}/links`));
      mkdirSync(`${kit.disk}/links`);
      symlinkSync("../lib/libone.so", `${kit.disk}/links/libone.so`);
      return start;
    },
  ],
  [
    "-z nodefaultlib leaves out the default directories",
    (kit) => kit.program("p", { flags: ["-Wl,-z,nodefaultlib"] }),
  ],
  [
    "-z nodefaultlib of a library counts for that one",
    (kit) => {
      const first = kit.library("lib/libone.so", { flags: ["-Wl,-z,nodefaultlib", "-lm"] });
      return kit.program("p", { needs: [first], flags: runpath(`${kit.inside}/lib`) });
    },
  ],
  [
    "subdirectories for the CPU come first",
    (kit) => {
      const start = one(kit, ...runpath(`${kit.inside}/lib`));
      copy(kit, "lib/libone.so", `lib/${kit.system.subdirectories[0]}/libone.so`);
      return start;
    },
  ],
  [
    "of those the most special comes first",
    (kit) => {
      const start = one(kit, ...runpath(`${kit.inside}/lib`));
      for (const name of kit.system.subdirectories) copy(kit, "lib/libone.so", `lib/${name}/libone.so`);
      return start;
    },
  ],
  [
    "the levels of glibc-hwcaps come before all, on machines that have them",
    (kit) => {
      const start = one(kit, ...runpath(`${kit.inside}/lib`));
      for (const name of ["tls", "glibc-hwcaps/x86-64-v2", "glibc-hwcaps/z14", "glibc-hwcaps/x86-64-v9"]) {
        copy(kit, "lib/libone.so", `lib/${name}/libone.so`);
      }
      return start;
    },
  ],
  [
    "a path of 2,900 bytes is searched",
    (kit) => {
      const long = Array.from({ length: 14 }, () => "d".repeat(200)).join("/");
      const start = one(kit, ...runpath(`${kit.inside}/${long}`));
      copy(kit, "lib/libone.so", `${long}/libone.so`);
      return start;
    },
  ],
];
