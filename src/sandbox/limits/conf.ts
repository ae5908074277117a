/** `--cgroup-conf`: files of a group by their own names. */
import { controllerOf } from "../../cgroup/choose.ts";
import type { Hierarchy, Look } from "../../cgroup/hierarchy.ts";
import { limitOfFile } from "../../cgroup/limits.ts";
import { whyAbsent } from "../../cgroup/refusal.ts";
import type { LimitsRequest } from "../../cgroup/request.ts";
import { NsboxError } from "../../util/errors.ts";

/** A file and the hierarchy that has it. */
export interface Conf {
  readonly file: string;
  readonly value: string;
  readonly hierarchy: Hierarchy;
}

/** @throws NsboxError where no hierarchy here has such a file, as far as its name tells. */
export const locateConf = (
  conf: LimitsRequest["conf"],
  hierarchies: readonly Hierarchy[],
  look: Look,
): Conf[] =>
  conf.map(({ file, value }) => {
    const message = `Cannot set --cgroup-conf ${file}`;
    const controller = controllerOf(file);
    const hierarchy = hierarchies.find(({ controllers, version }) =>
      controller === "cgroup" ? version === 2 : controllers.includes(controller),
    );
    const known = limitOfFile(file);
    const other = known !== undefined && known.version !== hierarchy?.version ? known : undefined;
    if (other !== undefined && (hierarchy !== undefined || controller === "blkio" || controller === "io")) {
      throw new NsboxError(message, {
        cause: `that is its name in cgroup v${other.version}, and here it is v${3 - other.version} that has it`,
        hint: `--${other.limit.option}, which has one name in both`,
        code: "no-limit",
      });
    }
    if (hierarchy === undefined) {
      throw new NsboxError(message, { ...whyAbsent([controller], look), code: "no-controller" });
    }
    return { file, value, hierarchy };
  });
