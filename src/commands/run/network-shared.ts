/** `--network host`, `container:NAME` and `ns:PATH`: a network namespace that is there already. */
import type { Parsed } from "../../cli/command.ts";
import type { Join } from "../../sandbox/joins.ts";
import type { RunRequest } from "../../sandbox/request.ts";
import { UsageError } from "../../util/errors.ts";
import { MODES } from "./network-words.ts";

/** Where ip-netns(8) keeps named network namespaces. */
const NAMED = "/run/netns";

/**
 * The request with what `--network` says about its network namespace.
 * @throws UsageError where other options say something else; NsboxError for a container that is not there.
 */
export async function withNetwork(input: Parsed, request: RunRequest): Promise<RunRequest> {
  const word = input.value("network")!;
  const option = `"--network ${word}"`;
  const { named, share, joins } = request;
  if (word === "") throw new UsageError('Option "--network" has an empty value');
  if (joins.some(({ kind }) => kind === "net")) {
    throw new UsageError(
      `Option ${option} contradicts the network namespace to join`,
      "Leave one of them out",
    );
  }
  if (share.includes("net") && word !== "host") {
    throw new UsageError(`Option ${option} contradicts "--share net"`, "Leave one of them out");
  }
  if (word === "host") {
    if (named.includes("net")) {
      throw new UsageError(
        `Option ${option} contradicts "-n", a network namespace of its own`,
        'Leave out "-n"',
      );
    }
    return named.length > 0 || share.includes("net") ? request : { ...request, share: [...share, "net"] };
  }
  const found = await joined(input, request, word);
  if (found.length === 0) return request;
  if (named.includes("net")) {
    throw new UsageError(
      `Option ${option} contradicts "-n", a network namespace of its own`,
      'Leave out "-n"',
    );
  }
  return { ...request, joins: [...joins, ...found] };
}

/** The namespaces that `word` means; none where the command has its own network. */
async function joined(input: Parsed, request: RunRequest, word: string): Promise<readonly Join[]> {
  const at = word.indexOf(":") + 1;
  const target = word.slice(at);
  const prefix = word.slice(0, at);
  if (at === 0) return [];
  if (target === "")
    throw new UsageError(`Invalid "--network ${word}": something is missing behind "${prefix}"`);
  if (prefix === "ns:") {
    const { resolve } = await import("node:path");
    const path = target.includes("/") ? resolve(target) : `${NAMED}/${target}`;
    return [{ kind: "net", path, copy: false }];
  }
  if (prefix === "container:") {
    return (await import("./network-container.ts")).joinsOf(input, request, target);
  }
  const words = [...Object.keys(MODES), "container:NAME", "ns:PATH", "the name of a network"];
  throw new UsageError(`Invalid "--network ${word}"`, `It takes ${words.join(", ")}`);
}
