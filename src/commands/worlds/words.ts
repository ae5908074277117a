/** How users, processes and sets of capabilities are called. */
import type { Process, Snapshot } from "../../ns/model.ts";
import { ALL_CAPABILITIES, capabilityNames } from "../../sys/capabilities.ts";

/** `alice`, or the number where it has no name; `?` where that is not known. */
export const userWord = (snapshot: Snapshot, uid: number | null): string =>
  uid === null ? "?" : (snapshot.host.users[String(uid)] ?? String(uid));

/** `sleep (1234)`; a kernel thread in brackets. */
export const processWord = ({ name, pid, kernel }: Pick<Process, "name" | "pid" | "kernel">): string =>
  `${kernel ? `[${name}]` : name} (${pid})`;

const EVERY: readonly string[] = capabilityNames(ALL_CAPABILITIES).map((name) => `CAP_${name}`);

/** `all 41`, `none`, `all but CAP_SYS_BOOT`, or their names. */
export function capabilityWords(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const missing = EVERY.filter((name) => !names.includes(name));
  if (missing.length === 0) return `all ${names.length}`;
  return missing.length <= 5 ? `all but ${missing.join(", ")}` : names.join(", ");
}
