/** The first thing that a process does: fills in the default filter, then compiles it; prints the nanoseconds of each. */
import { compile } from "../../src/seccomp/compile.ts";
import { defaultProfile } from "../../src/seccomp/default.ts";
import { fill } from "../../src/seccomp/fill.ts";
import { template } from "../../src/seccomp/template.ts" with { type: "macro" };

const made = template("x64");
const capabilities = ["SYS_CHROOT", "SYS_PTRACE"];

const begun = Bun.nanoseconds();
fill(made, capabilities);
const filled = Bun.nanoseconds();
compile(defaultProfile(capabilities), "x64");
console.log(`${filled - begun} ${Bun.nanoseconds() - filled}`);
