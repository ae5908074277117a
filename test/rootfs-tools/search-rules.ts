/** The rules of glibc's loader, each as files in which it decides what is loaded. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { rpath, runpath } from "./fixtures.ts";
import type { Kit, Start } from "./systems.ts";

/** Sentence to the files: the loader is asked about what is returned. */
export type Rule = readonly [sentence: string, make: (kit: Kit) => Start, where?: "not emulated"];

/** A library at another place too. */
function copy({ disk }: Kit, from: string, to: string): string {
  mkdirSync(dirname(`${disk}/${to}`), { recursive: true });
  copyFileSync(`${disk}/${from}`, `${disk}/${to}`);
  return to;
}

function patch({ disk }: Kit, file: string, offset: number, ...bytes: number[]): void {
  const content = readFileSync(`${disk}/${file}`);
  content.set(bytes, offset);
  writeFileSync(`${disk}/${file}`, content);
}

/** A program that needs lib/libone.so and has `flags`. */
function one(kit: Kit, ...flags: string[]): Start {
  return kit.program("bin/p", { needs: [kit.library("lib/libone.so")], flags });
}

/** The same, with something else where the search comes first. */
function behind(kit: Kit, first: (at: string) => void): Start {
  const start = one(kit, ...runpath(`${kit.inside}/first`, `${kit.inside}/lib`));
  mkdirSync(`${kit.disk}/first`);
  first(`${kit.disk}/first/libone.so`);
  return start;
}

/** A program that needs libone.so, which needs libtwo.so; both in lib. */
function two(kit: Kit, programFlags: readonly string[], libraryFlags: readonly string[] = []): Start {
  const second = kit.library("lib/libtwo.so");
  const first = kit.library("lib/libone.so", { needs: [second], flags: libraryFlags });
  return kit.program("bin/p", { needs: [first], flags: programFlags });
}

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

/** What stands for something else, and names that are paths. */
export const NAMES: readonly Rule[] = [
  ["$ORIGIN is the program's directory", (kit) => one(kit, ...runpath("$ORIGIN/../lib"))],
  [`\${ORIGIN} is the same`, (kit) => one(kit, ...rpath(`\${ORIGIN}/../lib`))],
  [
    "$ORIGIN of a library is the directory in which it was found",
    (kit) => {
      const start = two(kit, runpath(`${kit.inside}/linked`), runpath("$ORIGIN/sub"));
      copy(kit, "lib/libtwo.so", "lib/sub/libtwo.so");
      symlinkSync("lib", `${kit.disk}/linked`);
      return start;
    },
  ],
  ["$ORIGIN of an inherited RPATH is that of who has it", (kit) => two(kit, rpath("$ORIGIN/../lib"))],
  [
    "$LIB is what the loader was built with",
    (kit) => {
      const start = one(kit, ...runpath("$ORIGIN/$LIB"));
      for (const name of [
        "lib",
        "lib64",
        "lib32",
        "lib/x86_64-linux-gnu",
        "lib/i386-linux-gnu",
        "lib/aarch64-linux-gnu",
      ]) {
        copy(kit, "lib/libone.so", `bin/${name}/libone.so`);
      }
      return start;
    },
  ],
  [
    "$PLATFORM is the CPU's",
    (kit) => {
      const start = one(kit, ...runpath(`$ORIGIN/\${PLATFORM}`));
      for (const name of ["haswell", "x86_64", "i686", "aarch64"])
        copy(kit, "lib/libone.so", `bin/${name}/libone.so`);
      return start;
    },
  ],
  [
    "what only begins like a token is none",
    (kit) => {
      const start = one(kit, ...runpath("$ORIGIN_X", "$ORIGINAL", "$FOO", `${kit.inside}/$FOO`));
      copy(kit, "lib/libone.so", "$FOO/libone.so");
      return start;
    },
  ],
  [
    "a letter or a digit behind a token makes it none",
    (kit) => {
      const start = one(kit, ...runpath("$ORIGINx", "$ORIGIN5"));
      copy(kit, "lib/libone.so", "binx/libone.so");
      copy(kit, "lib/libone.so", "bin5/libone.so");
      return start;
    },
  ],
  [
    "anything else behind a token leaves it one",
    (kit) => {
      const start = one(kit, ...runpath("$ORIGIN-x"));
      copy(kit, "lib/libone.so", "bin-x/libone.so");
      return start;
    },
  ],
  [
    "a letter behind braces leaves it a token",
    (kit) => {
      const start = one(kit, ...runpath(`\${ORIGIN}x`));
      copy(kit, "lib/libone.so", "binx/libone.so");
      return start;
    },
  ],
  [
    "a token in DT_NEEDED is followed",
    (kit) => kit.program("p", { needs: [kit.library("x/libone.so", { soname: "$ORIGIN/x/libone.so" })] }),
  ],
  [
    "a path in DT_NEEDED is followed",
    (kit) =>
      kit.program("p", { needs: [kit.library("x/libone.so", { soname: `${kit.inside}/x/../x/libone.so` })] }),
  ],
  [
    "a path in DT_NEEDED that leads nowhere is missing",
    (kit) => kit.program("p", { needs: [kit.library("x/libone.so", { soname: "/nowhere/libone.so" })] }),
  ],
  [
    "a needed name that is a soname already loaded is that library",
    (kit) => {
      const named = kit.library("lib/libother.so", { soname: "libone.so" });
      const second = kit.library("lib/libtwo.so", { needs: [named] });
      const stub = kit.library("stub/libstub.so", { soname: `${kit.inside}/lib/libother.so` });
      return kit.program("p", { needs: [stub, second], flags: runpath(`${kit.inside}/lib`) });
    },
  ],
  [
    "a file that turns up by two names is loaded once",
    (kit) => {
      const first = kit.library("lib/libone.so", { soname: "" });
      symlinkSync("libone.so", `${kit.disk}/lib/libsame.so`);
      const stub = kit.library("stub/libsame.so");
      const start = kit.program("p", {
        needs: [stub],
        flags: [...runpath(`${kit.inside}/lib`), "-L", `${kit.disk}/lib`, "-lone"],
      });
      return first === "" ? start : start;
    },
  ],
  [
    "a name of 255 bytes is found",
    (kit) => {
      const name = `lib${"x".repeat(249)}.so`;
      return kit.program("p", { needs: [kit.library(`lib/${name}`)], flags: runpath(`${kit.inside}/lib`) });
    },
  ],
  [
    "a name of 256 bytes is missing",
    (kit) => {
      const soname = `lib${"x".repeat(250)}.so`;
      return kit.program("p", {
        needs: [kit.library("lib/libone.so", { soname })],
        flags: runpath(`${kit.inside}/lib`),
      });
    },
  ],
  [
    "libraries that need each other are loaded once",
    (kit) => {
      kit.library("lib/libone.so");
      const second = kit.library("lib/libtwo.so", { needs: ["lib/libone.so"] });
      const first = kit.library("lib/libone.so", { needs: [second] });
      return kit.program("p", { needs: [first], flags: rpath(`${kit.inside}/lib`) });
    },
  ],
  [
    "the order is breadth first",
    (kit) => {
      const deep = kit.library("lib/libdeep.so");
      const a = kit.library("lib/liba.so", { needs: [deep, kit.library("lib/libx.so")] });
      const b = kit.library("lib/libb.so", { needs: [kit.library("lib/liby.so"), deep], flags: ["-lm"] });
      return kit.program("p", { needs: [a, b], flags: rpath(`${kit.inside}/lib`) });
    },
  ],
  [
    "a chain of seventy libraries is followed to its end",
    (kit) => {
      let last = kit.library("lib0.so");
      for (let level = 1; level < 70; level++) last = kit.library(`lib${level}.so`, { needs: [last] });
      return kit.program("p", { needs: [last], flags: rpath(kit.inside) });
    },
  ],
  [
    "several that miss the same library all say so",
    (kit) => {
      const gone = kit.library("gone/libgone.so");
      const a = kit.library("lib/liba.so", { needs: [gone] });
      const b = kit.library("lib/libb.so", { needs: [gone, a] });
      return kit.program("p", { needs: [a, b, gone], flags: rpath(`${kit.inside}/lib`) });
    },
  ],
];

/** What stands in the way, and what is of another kind. */
export const OBSTACLES: readonly Rule[] = [
  [
    "a library that is garbage is an error",
    (kit) => behind(kit, (at) => writeFileSync(at, "no library\n".repeat(20))),
  ],
  ["an empty library is an error", (kit) => behind(kit, (at) => writeFileSync(at, ""))],
  ["a library cut off in its header is an error", (kit) => behind(kit, (at) => writeFileSync(at, "\x7fELF"))],
  ["a library that is a directory is an error", (kit) => behind(kit, (at) => mkdirSync(at))],
  [
    "a library that is a link to nothing is passed over",
    (kit) => behind(kit, (at) => symlinkSync("nothing", at)),
  ],
  [
    "a library that is a link to itself ends the list",
    (kit) => behind(kit, (at) => symlinkSync("libone.so", at)),
  ],
  [
    "a directory that is a link to itself is passed over",
    (kit) => {
      symlinkSync("loop", `${kit.disk}/loop`);
      return one(kit, ...runpath(`${kit.inside}/loop`, `${kit.inside}/lib`));
    },
  ],
  [
    "a directory that is a file is passed over",
    (kit) => {
      writeFileSync(`${kit.disk}/file`, "");
      return one(kit, ...runpath(`${kit.inside}/file`, `${kit.inside}/lib`));
    },
  ],
  [
    "an executable that is needed as a library is an error",
    (kit) => {
      const start = one(kit, ...runpath(`${kit.inside}/first`));
      kit.program("first/libone.so");
      return start;
    },
  ],
  [
    "a library for another machine is passed over",
    (kit) =>
      behind(kit, (at) => {
        copyFileSync(`${kit.disk}/lib/libone.so`, at);
        patch(kit, "first/libone.so", 18, 0xf3, 0);
      }),
  ],
  [
    "a library of the other class is passed over",
    (kit) =>
      behind(kit, (at) => {
        copyFileSync(`${kit.disk}/lib/libone.so`, at);
        patch(kit, "first/libone.so", 4, kit.system.name === "i386" ? 2 : 1);
      }),
  ],
  ...(
    [
      ["of the other byte order", 5, 2],
      ["of an unknown version", 6, 2],
      ["for another operating system", 7, 9],
      ["with something in the padding of its header", 12, 1],
      ["of an unknown e_version", 20, 7],
      ["that is a core dump", 16, 4],
      ["without a class", 4, 7],
    ] as const
  ).map(
    ([what, offset, byte]): Rule => [
      `a library ${what} is what the loader takes it for`,
      (kit) =>
        behind(kit, (at) => {
          copyFileSync(`${kit.disk}/lib/libone.so`, at);
          patch(kit, "first/libone.so", offset, byte);
        }),
    ],
  ),
];

/** How a program is started, and what it is. */
export const STARTS: readonly Rule[] = [
  [
    "the library path comes before a RUNPATH",
    (kit) => {
      const start = one(kit, ...runpath(`${kit.inside}/lib`));
      copy(kit, "lib/libone.so", "given/libone.so");
      return { ...start, libraryPath: `${kit.inside}/given` };
    },
  ],
  [
    "the library path comes after a RPATH",
    (kit) => {
      const start = one(kit, ...rpath(`${kit.inside}/lib`));
      copy(kit, "lib/libone.so", "given/libone.so");
      return { ...start, libraryPath: `${kit.inside}/given` };
    },
  ],
  [
    "the library path counts for libraries too",
    (kit) => ({ ...two(kit, []), libraryPath: `/nowhere:${kit.inside}/lib` }),
  ],
  [
    "tokens in the library path are the program's",
    (kit) => ({ ...two(kit, []), libraryPath: "$ORIGIN/../lib" }),
  ],
  [
    "a program that is not position-independent loads the same",
    (kit) => {
      const needs = [kit.library("lib/libone.so")];
      return kit.program("p", { needs, flags: ["-no-pie", ...runpath(`${kit.inside}/lib`)] });
    },
  ],
  [
    "a library may be asked about as a program",
    (kit) => {
      const second = kit.library("libtwo.so");
      const first = kit.library("libone.so", { needs: [second], flags: ["-lm", ...runpath("$ORIGIN")] });
      return { path: `${kit.inside}/${first}` };
    },
  ],
  [
    "DT_AUXILIARY brings a library along",
    (kit) => {
      kit.library("lib/libaux.so");
      const first = kit.library("lib/libone.so", { flags: ["-Wl,-f,libaux.so", ...runpath("$ORIGIN")] });
      return kit.program("p", { needs: [first], flags: runpath(`${kit.inside}/lib`) });
    },
  ],
  [
    "an absent DT_AUXILIARY is no error",
    (kit) => {
      const first = kit.library("lib/libone.so", { flags: ["-Wl,-f,libaux.so"] });
      return kit.program("p", { needs: [first], flags: runpath(`${kit.inside}/lib`) });
    },
  ],
  [
    "DT_FILTER brings a library along",
    (kit) => {
      kit.library("lib/libfiltered.so");
      const first = kit.library("lib/libone.so", { flags: ["-Wl,-F,libfiltered.so", ...runpath("$ORIGIN")] });
      return kit.program("p", { needs: [first], flags: runpath(`${kit.inside}/lib`) });
    },
  ],
  [
    "what a filter names brings its own along",
    (kit) => {
      const deep = kit.library("lib/libdeep.so");
      kit.library("lib/libfiltered.so", { needs: [deep], flags: runpath("$ORIGIN") });
      const first = kit.library("lib/libone.so", { flags: ["-Wl,-F,libfiltered.so", ...runpath("$ORIGIN")] });
      return kit.program("p", { needs: [first], flags: runpath(`${kit.inside}/lib`) });
    },
  ],
  [
    "a library that has gone is missing",
    (kit) => {
      const start = two(kit, rpath(`${kit.inside}/lib`));
      rmSync(`${kit.disk}/lib/libtwo.so`);
      return start;
    },
  ],
];
