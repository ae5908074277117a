/** What was typed about the system call filter, as a program. What compiles one is loaded where it has to. */
import type { Parsed } from "../../cli/command.ts";
import { FILTER } from "../../sandbox/security/filter.gen.ts";
import type { SecurityRequest } from "../../sandbox/security/request.ts";
import { UsageError } from "../../util/errors.ts";

/** The filter for these capabilities; undefined where it is the one that nsbox was built with. */
export async function readSeccomp(
  input: Parsed,
  privileged: boolean,
  capabilities: readonly string[],
  usual: boolean,
): Promise<SecurityRequest["seccomp"]> {
  const asked = input.value("seccomp");
  const errno = input.value("seccomp-errno");
  if (asked === "off" || (privileged && asked === undefined)) {
    if (errno === undefined) return "off";
    throw new UsageError('Option "--seccomp-errno" needs a filter, and it is switched off');
  }
  if (asked !== undefined || errno !== undefined) {
    return (await import("./seccomp-profile.ts")).compiled(asked, errno, capabilities);
  }
  if (usual) return undefined;
  const [{ fill }, { TEMPLATE }] = await Promise.all([
    import("../../seccomp/fill.ts"),
    import("../../sandbox/security/template.gen.ts"),
  ]);
  return { program: fill(TEMPLATE, capabilities), flags: FILTER.flags };
}
