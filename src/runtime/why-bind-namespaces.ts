/** Why namespaces could not be bound in a directory. */
import type { Finding } from "./why-clone.ts";

const [EPERM, EBUSY, EEXIST, ENOTDIR, EINVAL, EROFS] = [1, 16, 17, 20, 22, 30];

const CAUSES: Readonly<Record<number, string>> = {
  [EPERM]: "it needs CAP_SYS_ADMIN over the caller's mount namespace",
  [EBUSY]: "it holds bound namespaces already",
  [EEXIST]: "a file by the name of a kind is there already, and is not empty",
  [ENOTDIR]: "it is no directory",
  [EINVAL]:
    "by the kernel's numbers this mount namespace is older than the caller's own, which is not the machine's first",
  [EROFS]: "its filesystem is read-only",
};

/** The cause, where the errno has but one. */
export function whyBindNamespaces(errno: number): Finding {
  const cause = CAUSES[errno];
  return cause === undefined ? {} : { cause };
}
