/** Names of users, as this machine's /etc/passwd has them. */
import { procText } from "./proc-file.ts";

/** Enough for a million users. */
const LARGEST = 1 << 26;

/** Uid to name; of several names the first, as getpwuid(3) has it. Empty where the file may not be read. */
export function userNames(): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of (procText("/etc/passwd", LARGEST) ?? "").split("\n")) {
    const [name, , uid] = line.split(":");
    if (name && uid && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}
