/** Rules on devices: what is written to v1's files, or the program that v2 asks. */
import { type DeviceRule, programOf, ruleText, USUAL_DEVICES, writesV1 } from "../../cgroup/devices.ts";
import type { Hierarchy } from "../../cgroup/hierarchy.ts";
import type { Op } from "../../plan/plan.ts";
import { NsboxError } from "../../util/errors.ts";

/** The hierarchy for them. @throws NsboxError where there is none. */
export function deviceHierarchy(hierarchies: readonly Hierarchy[], uid: number): Hierarchy {
  const fail = (cause: string) => new NsboxError("Cannot set --device-rule", { cause, code: "no-limit" });
  if (uid !== 0)
    throw fail(
      "only root may guard devices: the kernel wants CAP_SYS_ADMIN, in v2 CAP_BPF and CAP_NET_ADMIN",
    );
  const found =
    hierarchies.find(({ version, controllers }) => version === 1 && controllers.includes("devices")) ??
    hierarchies.find(({ version }) => version === 2);
  if (found === undefined) throw fail("no cgroup hierarchy with devices is mounted here");
  return found;
}

/** The operations for `rules`, and for what is always there, in the group at `path`. */
export function deviceOps(rules: readonly DeviceRule[], { version }: Hierarchy, path: string): Op[] {
  const all = [...USUAL_DEVICES, ...rules];
  if (version === 2) {
    const text = all.map((rule) => `${rule.allow ? "" : "deny "}${ruleText(rule)}`).join(", ");
    return [{ op: "cgroup_devices", path, text, program: programOf(all).toBase64() }];
  }
  return writesV1(all).map(({ file, value }) => ({
    op: "cgroup_write",
    path: `${path}/${file}`,
    value,
    option: "--device-rule",
    reads: "",
    rounds: 0,
    number: 0,
    absent: 0,
    say: 0,
  }));
}
