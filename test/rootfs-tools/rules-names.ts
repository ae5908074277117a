/** What names mean to glibc's loader: tokens, paths, sonames, and the order of it all. */
import { symlinkSync } from "node:fs";
import { rpath, runpath } from "./fixtures.ts";
import { copy, one, type Rule, two } from "./rule-kit.ts";

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
