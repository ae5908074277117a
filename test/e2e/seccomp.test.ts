/** The system call filter of a run. Judge: what the command's calls come back with. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { forEveryone, hostProgram, run, SCRATCH } from "./support.ts";
import { tree } from "./trees.ts";

const CALL =
  'import ctypes,os,sys\nlibc=ctypes.CDLL(None,use_errno=True)\nr=libc.syscall(*map(int,sys.argv[1:]))\nprint(os.strerror(ctypes.get_errno()) if r<0 else "let")';
const X64 = process.arch === "x64";
/** keyctl(KEYCTL_GET_KEYRING_ID), a call that nobody needs and that is always refused; getpriority(2) is let. */
const KEYCTL = [X64 ? "250" : "219", "0", "0", "0"];
const GETPRIORITY = [X64 ? "140" : "141", "0", "0"];
const UNSHARE_USER = [X64 ? "272" : "97", `${0x10000000}`];
/** A number that no kernel has yet. */
const UNKNOWN = ["1000"];

function profile(name: string, content: unknown): string {
  const file = join(SCRATCH, name);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

describe.skipIf(hostProgram("python3") === undefined)("the system call filter (needs python3)", () => {
  forEveryone((who) => {
    const answer = async (options: readonly string[], call: readonly string[]) => {
      const { out, err } = await run(who, ["-q", ...options, "/", "python3", "-c", CALL, ...call]);
      return out.trim() || err;
    };

    test("lets what programs need, refuses what only privileged ones do, and knows no newer calls", async () => {
      expect(await answer([], GETPRIORITY)).toBe("let");
      expect(await answer([], KEYCTL)).toBe("Operation not permitted");
      expect(await answer([], UNSHARE_USER)).toBe("Operation not permitted");
      expect(await answer([], UNKNOWN)).toBe("Function not implemented");
    });

    test("is off, or only logs, where that is asked for", async () => {
      for (const options of [["--seccomp", "off"], ["--seccomp", "log"], ["--privileged"]]) {
        expect(await answer(options, UNSHARE_USER)).toBe("let");
      }
    });

    test("follows the capabilities that are added", async () => {
      expect(await answer(["--cap-add", "SYS_ADMIN"], UNSHARE_USER)).toBe("let");
      expect(await answer(["--cap-add", "SYS_ADMIN", "--user", "0"], KEYCTL)).toBe("Operation not permitted");
    });

    test("answers with another error where --seccomp-errno says so", async () => {
      expect(await answer(["--seccomp-errno", "EACCES"], KEYCTL)).toBe("Permission denied");
      expect(await answer(["--seccomp-errno", "61"], KEYCTL)).toBe("No data available");
    });

    test("is a file's, in the runtimes' form and in the engines'", async () => {
      const runtime = profile("runtime.json", {
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{ names: ["getpriority"], action: "SCMP_ACT_ERRNO", errnoRet: 61 }],
      });
      expect(await answer(["--seccomp", runtime], GETPRIORITY)).toBe("No data available");
      expect(await answer(["--seccomp", runtime], UNSHARE_USER)).toBe("let");
      const engine = profile("engine.json", {
        defaultAction: "SCMP_ACT_ALLOW",
        archMap: [{ architecture: X64 ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64", subArchitectures: [] }],
        syscalls: [
          {
            names: ["getpriority"],
            action: "SCMP_ACT_ERRNO",
            errnoRet: 61,
            excludes: { caps: ["CAP_SYS_NICE"] },
          },
        ],
      });
      expect(await answer(["--seccomp", engine], GETPRIORITY)).toBe("No data available");
      expect(await answer(["--seccomp", engine, "--cap-add", "ALL"], GETPRIORITY)).toBe("let");
    });

    test.each([
      ["/no/such/file", /Cannot read seccomp profile "\/no\/such\/file"\n.*ENOENT/],
      ["/tmp", /it is no regular file/],
      ["of", /A file, or "off" or "log"/],
      [profile("empty.json", ""), /empty\.json/],
      [profile("list.json", "[]"), /list\.json/],
      [profile("action.json", { defaultAction: "SCMP_ACT_ALOW" }), /SCMP_ACT_ALOW/],
      [profile("garbage.json", "\0\xff{"), /garbage\.json/],
    ])("is refused before anything runs for %s", async (file, message) => {
      const { out, err, status } = await run(who, ["--seccomp", file, tree(who), "echo", "ran"]);
      expect({ out, status }).toEqual({ out: "", status: 125 });
      expect(err).toMatch(message);
    });

    test("that refuses everything, even to say so and to end, is an error all the same", async () => {
      const file = profile("nothing.json", { defaultAction: "SCMP_ACT_ERRNO" });
      const { out, err, status } = await run(who, ["--seccomp", file, tree(who), "echo", "ran"]);
      expect({ out, status }).toEqual({ out: "", status: 126 });
      expect(err).toMatch(/Cannot execute "\S*echo"/);
    });

    test("is taken out of a runtime's whole config.json", async () => {
      const seccomp = {
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{ names: ["getpriority"], action: "SCMP_ACT_ERRNO", errnoRet: 61 }],
      };
      const file = profile("config.json", { ociVersion: "1.0.2", linux: { seccomp } });
      expect(await answer(["--seccomp", file], GETPRIORITY)).toBe("No data available");
    });

    test("that does not let the command be executed is an error", async () => {
      const file = profile("no-exec.json", {
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{ names: ["execve", "execveat"], action: "SCMP_ACT_ERRNO" }],
      });
      const { out, err, status } = await run(who, ["--seccomp", file, tree(who), "echo", "ran"]);
      expect({ out, status }).toEqual({ out: "", status: 126 });
      expect(err).toMatch(/Cannot execute "\S*echo"/);
    });
  });
});
