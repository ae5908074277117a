/** Which namespaces are made: the one place where letters, `--share` and the caller's rights meet. */
import { KINDS, type Kind, type KindName } from "../ns/kinds.ts";
import { UsageError } from "../util/errors.ts";
import type { Caller, RunRequest } from "./request.ts";

/**
 * The kinds that a run makes, in the table's order. None named: all but the shared ones, and root gets a
 * user namespace only by name. An ordinary user always gets one: nothing else works without it.
 * @throws UsageError where an option needs a kind that was left out.
 */
export function chooseKinds(request: RunRequest, caller: Caller): readonly KindName[] {
  const { named, share, joins } = request;
  const joined: readonly KindName[] = joins.map(({ kind }) => kind);
  // Who maps ids where no kind is named asks for a user namespace; so does an ordinary user, always.
  const user = !joined.includes("user") && (caller.uid !== 0 || (request.maps && named.length === 0));
  if (named.length > 0 && share.length > 0) {
    throw new UsageError(
      'Option "--share" cannot be combined with namespaces that are named one by one',
      "Name the kinds that are wanted, or share those that are not",
    );
  }
  checkJoins(request);
  if (user && share.includes("user")) {
    throw new UsageError(
      caller.uid === 0
        ? "Ids are mapped in a user namespace, which is not to be shared"
        : "An ordinary user cannot share the user namespace",
      caller.uid === 0 ? undefined : "Only root makes other namespaces without one",
    );
  }
  const kinds: KindName[] = [];
  for (const { name } of KINDS) {
    const wanted = named.length > 0 ? named.includes(name) : name !== "user" && !share.includes(name);
    if ((wanted && !joined.includes(name)) || (name === "user" && user)) kinds.push(name);
  }
  if (request.hostname !== undefined && !kinds.includes("uts")) throw needs(request, "--hostname", "uts");
  if (request.boottime !== undefined && !kinds.includes("time")) throw needs(request, "--boottime", "time");
  if (request.monotonic !== undefined && !kinds.includes("time")) throw needs(request, "--monotonic", "time");
  if (!request.loopback && !kinds.includes("net")) throw needs(request, "--no-lo", "net");
  if (request.maps && !kinds.includes("user")) throw needs(request, "-M, -G, --map-… and --no-map", "user");
  return kinds;
}

/** The kinds that the command has for itself and has rights over: what a new user namespace joins is another's. */
export function ownKinds(kinds: readonly KindName[], joins: RunRequest["joins"]): readonly KindName[] {
  if (joins.length === 0 || kinds.includes("user")) return kinds;
  return [...kinds, ...joins.flatMap(({ kind }) => (kind === "mnt" ? [] : [kind]))];
}

/** @throws UsageError where a kind is joined twice, or made and joined. */
function checkJoins({ named, share, joins }: RunRequest): void {
  for (let at = 0; at < joins.length; at++) {
    const { kind } = joins[at]!;
    const { title, letter } = KINDS.find(({ name }) => name === kind)!;
    if (joins.findIndex((other) => other.kind === kind) < at) {
      throw new UsageError(`Two ${title} namespaces to join: a process is in one`);
    }
    if (named.includes(kind)) {
      throw new UsageError(
        `${withArticle(title)} namespace is to be made ("-${letter}") and joined`.replace("a", "A"),
        `Leave out "-${letter}" or the join`,
      );
    }
    if (share.includes(kind)) {
      throw new UsageError(`The ${title} namespace is to be shared and joined`, "Leave one of them out");
    }
  }
}

/** The error of an option that needs a kind the command does not have for itself. */
export function needs({ share, joins }: RunRequest, option: string, kind: KindName): UsageError {
  const { title, long, letter } = KINDS.find(({ name }) => name === kind)!;
  const wanted = `${kind === "user" ? "Options" : "Option"} "${option}" ${kind === "user" ? "need" : "needs"}`;
  return new UsageError(`${wanted} ${withArticle(title)} namespace of the command's own`, hint());

  function hint(): string {
    if (joins.some((join) => join.kind === kind)) return "The one that is joined is another's";
    if (share.includes(kind)) return `Leave "${kind}" out of "--share"`;
    return kind === "uts" ? 'Give the name with "-u NAME" instead' : `Add "-${letter}" ("--${long}")`;
  }
}

/** `an IPC`, `a UTS`. */
const withArticle = (title: string): string => `${/^[AIO]/.test(title) ? "an" : "a"} ${title}`;

/** The kinds without which a command named its kinds is hardly confined. */
const ESSENTIAL: readonly KindName[] = ["mnt", "pid", "net"];

/** What stays shared where kinds were named and an essential one is not among them; else undefined. */
export function sharedNote(request: RunRequest, kinds: readonly KindName[]): string | undefined {
  if (request.named.length === 0) return undefined;
  const own = [...kinds, ...request.joins.map(({ kind }) => kind)];
  const left: Kind[] = KINDS.filter(({ name }) => ESSENTIAL.includes(name) && !own.includes(name));
  if (left.length === 0) return undefined;
  const shared = left.map(({ shares }) => shares);
  const letters = left.map(({ letter }) => `-${letter}`);
  const list = (words: readonly string[], last: string) =>
    words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
  return `${list(shared, "and")} stay${left.length === 1 && left[0]?.name === "net" ? "s" : ""} shared with the host (${list(letters, "or")} changes that)`;
}
