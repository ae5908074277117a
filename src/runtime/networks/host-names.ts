/** What the host's /etc/resolv.conf says, for containers that are to search where the host does. */
import { readInRoot } from "../../sys/read-in-root.ts";

const LARGEST = 64 * 1024;

/** The file's text; "" where it is not there, or no file. */
export function hostResolvConf(): string {
  const found = readInRoot("/", "/etc/resolv.conf", LARGEST);
  return found !== undefined && "text" in found ? found.text : "";
}

/** The domains that it searches: of "search" and "domain" the last counts, see resolv.conf(5). */
export function hostSearch(text = hostResolvConf()): string[] {
  const lines = text.split("\n").map((line) => line.trim().split(/\s+/));
  const last = lines.findLast(([word]) => word === "search" || word === "domain");
  return last?.slice(1).filter((domain) => domain !== ".") ?? [];
}
