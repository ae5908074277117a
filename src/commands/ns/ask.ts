/** What the verbs that ask the kernel share: from words to references, and from errnos to errors. */
import type { Parsed } from "../../cli/command.ts";
import { fail } from "../../cli/fail.ts";
import { print } from "../../cli/print.ts";
import { KINDS, type KindName } from "../../ns/kinds.ts";
import { idOf, type KernelError, kindOf } from "../../ns/references.ts";
import { errnoText } from "../../sys/errno.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { safeJson } from "../../util/sanitize.ts";
import { findContainer, NAMESPACE_FILES, titleOf, WHO_MAY } from "../looking/find.ts";

/** A namespace that is asked about: its path, and the words it was called by. */
export interface Asked {
  readonly path: string;
  readonly title: string;
  /** The process, where that alone was named, and so all others with it. */
  readonly of?: string;
}

/**
 * The kind that `--kind` names.
 * @throws UsageError where there is no such kind.
 */
export function chosenKind(input: Parsed): KindName | undefined {
  const word = input.value("kind");
  if (word === undefined) return undefined;
  const found = KINDS.find(({ name }) => name === word)?.name;
  if (found !== undefined) return found;
  const names = KINDS.map(({ name }) => name).join(", ");
  throw new UsageError(`Option "--kind" does not know "${word}"`, `It takes ${names}`);
}

/** What `word` means; of a process alone all of `kinds`. */
async function askedBy(input: Parsed, word: string, kinds: readonly KindName[]): Promise<Asked[]> {
  const kind = chosenKind(input);
  const [, who, named] = /^([^/]+)\/([a-z]+)$/.exec(word) ?? [];
  const of = (pid: number, one: KindName, among: boolean): Asked => ({
    path: `/proc/${pid}/ns/${one}`,
    title: `${word}${named === undefined ? `/${one}` : ""}`,
    ...(among ? { of: word } : {}),
  });
  const ofWord = KINDS.find(({ name }) => name === named)?.name;
  if (who !== undefined && ofWord !== undefined) return [of(await pidOf(who), ofWord, false)];
  if (word.includes("/")) return [{ path: word, title: word }];
  if (/^[a-z]+:\[\d+\]$/.test(word)) {
    throw new UsageError(
      `"${word}" is no path, and the kernel finds no namespace by its number`,
      "`nsbox ns show` finds it by looking at everything",
    );
  }
  const pid = await pidOf(word);
  return (kind === undefined ? kinds : [kind]).map((one) => of(pid, one, kind === undefined));
}

/** Containers of every engine have names; to know them takes a look at all processes. */
async function pidOf(word: string): Promise<number> {
  if (/^\d+$/.test(word)) return Number(word);
  const { discover } = await import("../../ns/discover.ts");
  return findContainer(discover({ threads: false, mounts: false, descriptors: false }), word).pid;
}

/** What a verb asks. */
export interface Question {
  /** The key of the answer in JSON. */
  readonly key: string;
  /** The kinds that have an answer. */
  readonly kinds: readonly KindName[];
  /** What failed: `name the owner of`. */
  readonly action: string;
  /** What an errno means here beyond the usual. */
  readonly causes: Readonly<Record<string, string>>;
  /** The topmost of these kinds has no answer: the kernel says EPERM, as for what is out of reach. */
  readonly topmost?: { readonly kinds: readonly (keyof typeof TOPMOST)[]; readonly has: string };
  ask(path: string): string | number;
}

/**
 * Asks for each word and prints the answers: alone where one namespace was named, else behind its own name.
 * Returns 1 where one could not be answered; the others are.
 */
export async function askAll(input: Parsed, words: readonly string[], question: Question): Promise<number> {
  if (words.length === 0) throw new UsageError("Missing a namespace", "A path, PID/net, or a PID");
  let status = 0;
  const answers: {
    readonly title: string;
    readonly kind: KindName;
    readonly id: number;
    answer: string | number | null;
  }[] = [];
  const asked: Asked[] = [];
  for (const word of words) asked.push(...(await askedBy(input, word, question.kinds)));
  /** Processes none of whose namespaces can be asked about; once is enough to say so. */
  const closed = new Set<string>();
  for (const one of asked) {
    if (one.of !== undefined && closed.has(one.of)) continue;
    try {
      const [kind, id] = [kindOf(one.path), idOf(one.path)];
      const isTop = question.topmost?.kinds.some((each) => TOPMOST[each] === id) ?? false;
      if (isTop && one.of === undefined) throw topmost(one, question);
      const answer = isTop ? null : question.ask(one.path);
      answers.push({ title: titleOf({ kind, id }), kind, id, answer });
    } catch (error) {
      // Of all of a process' own, a kind that this kernel lacks is nothing to complain of.
      const code = codeOf(error);
      if (one.of !== undefined && code === "ENOENT" && kernelLacks(one.path)) continue;
      const isClosed = one.of !== undefined && (code === "ENOENT" || code === "EACCES");
      if (isClosed) closed.add(one.of);
      const title = isClosed ? one.of : one.title;
      status = fail(worded(error, { ...one, title }, question), 1, input.has("json"));
    }
  }
  if (input.has("json")) {
    print(safeJson(answers.map(({ kind, id, answer }) => ({ kind, id, [question.key]: answer }))));
  } else {
    const lines = answers.map(({ title, answer }) =>
      asked.length === 1 ? `${answer ?? "none"}` : `${title} ${answer ?? "none"}`,
    );
    if (lines.length > 0) print(lines.join("\n"));
  }
  return status;
}

/** The ids of the initial user and PID namespaces, the same in every kernel. */
const TOPMOST = { user: 0xeffffffd, pid: 0xeffffffc } as const;

const topmost = ({ title }: Asked, { action, topmost: top }: Question): NsboxError =>
  new NsboxError(`Cannot ${action} "${title}"`, {
    cause: `it is the topmost of all and ${top?.has} (EPERM)`,
    code: "out-of-reach",
    errno: "EPERM",
  });

const codeOf = (error: unknown): string => (error as Partial<KernelError>).code ?? "";

function kernelLacks(path: string): boolean {
  const kind = path.slice(path.lastIndexOf("/") + 1);
  try {
    kindOf(`/proc/self/ns/${kind}`);
    return false;
  } catch {
    return true;
  }
}

/** The errors of the kernel as people read them. */
function worded(error: unknown, { title, path }: Asked, { action, causes }: Question): unknown {
  const code = codeOf(error);
  const { errno } = error as Partial<KernelError>;
  if (errno === undefined) return error;
  const details = { code: CODES[code] ?? "failed", errno: code };
  const isProcess = /^\/proc\/\d+\/ns\/\w+$/.test(path);
  if (code === "ENOTTY") {
    return new NsboxError(`"${title}" is no namespace`, {
      ...details,
      hint: NAMESPACE_FILES,
    });
  }
  if (code === "ENOENT" && isProcess) {
    return new NsboxError(`There is no process "${title.replace(/\/\w+$/, "")}"`, details);
  }
  const cause = causes[code] ?? (code === "EACCES" && isProcess ? FOREIGN : errnoText(errno));
  return new NsboxError(`Cannot ${action} "${title}"`, {
    ...details,
    cause,
    ...(code === "EACCES" && isProcess ? { hint: WHO_MAY } : {}),
  });
}

const FOREIGN = "the process is another user's, or may do more than you (EACCES)";
const CODES: Readonly<Record<string, string>> = {
  ENOENT: "not-found",
  ENOTTY: "no-namespace",
  EPERM: "out-of-reach",
  EINVAL: "wrong-kind",
  EACCES: "not-permitted",
};
