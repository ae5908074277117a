/** Why a network namespace could not be given a name. */
import type { Finding } from "./why-clone.ts";

const [EPERM, ENOENT, EACCES, EEXIST] = [1, 2, 13, 17];

/** The cause, where the errno has but one. */
export function whyNameNetwork(directory: string, name: string, errno: number): Finding {
  switch (errno) {
    case EPERM:
    case EACCES:
      return {
        cause: `a name is a file in "${directory}" and a mount over it, which needs CAP_SYS_ADMIN`,
        hint: "Do it as root; `nsbox run --ns-dir` and `nsbox exec` keep namespaces in other ways",
      };
    case ENOENT:
      return { cause: "that process has ended" };
    case EEXIST:
      return { cause: `"${directory}/${name}" is there already` };
    default:
      return {};
  }
}
