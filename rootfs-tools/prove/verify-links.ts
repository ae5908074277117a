/** Whether a link of a tree leads to something, and stays inside. */
import { wordsFor } from "../files/failure.ts";
import { parentOf } from "../files/paths.ts";
import type { Host } from "../load/host.ts";
import type { Finding } from "./finding.ts";

/** What only a running system has: links that lead there may dangle in a tree. */
const AT_RUN_TIME = /^\/(?:proc|sys|dev|run|tmp|var\/run|var\/tmp)(?:\/|$)/;

/** What is wrong with the link at `path`, whose directories hold no links. */
export function linkFinding(path: string, host: Host): Finding | undefined {
  const entry = host.look(path);
  if (typeof entry === "string" || entry.target === undefined) return undefined;
  const what = entry.target;
  const { errno, path: end } = host.walk(path);
  if (errno === "ELOOP") return { path, problem: "link-loop", what, why: wordsFor(errno) };
  if (errno !== "" && !AT_RUN_TIME.test(end)) {
    return { path, problem: "dangling-link", what, why: `"${end}": ${wordsFor(errno)}` };
  }
  if (!escapes(path, what)) return undefined;
  return { path, problem: "escaping-link", what, why: 'its ".." lead beyond the root of the tree' };
}

/** Whether `..` in a link's target counts beyond the root: seen from outside, it leads out of the tree. */
function escapes(path: string, target: string): boolean {
  let depth = target.startsWith("/")
    ? 0
    : parentOf(path)
        .split("/")
        .filter((name) => name !== "").length;
  for (const name of target.split("/")) {
    if (name === "" || name === ".") continue;
    depth += name === ".." ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}
