/** What files of the host's say about names. */
import { readInRoot } from "../../sys/read-in-root.ts";

const LARGEST = 64 * 1024;

/** The text of a small file of the host's; "" where it is not there, or no file. */
export function hostFile(path: string): string {
  const found = readInRoot("/", path, LARGEST);
  return found !== undefined && "text" in found ? found.text : "";
}

/** The domains that the host searches: of "search" and "domain" the last counts, see resolv.conf(5). */
export function hostSearch(): string[] {
  let found: string[] = [];
  for (const line of hostFile("/etc/resolv.conf").split("\n")) {
    if (!line.includes("search") && !line.includes("domain")) continue;
    const [word, ...domains] = line.trim().split(/\s+/);
    if (word === "search" || word === "domain") found = domains.filter((domain) => domain !== ".");
  }
  return found;
}
