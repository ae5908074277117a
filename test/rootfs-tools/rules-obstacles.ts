/** What stands in the way of glibc's loader, and what else it is started with. */
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { rpath, runpath } from "./fixtures.ts";
import { behind, copy, one, patch, type Rule, two } from "./rule-kit.ts";

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
    // Where qemu-user cannot follow a link below its root, it looks in the host's.
    "not emulated",
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
