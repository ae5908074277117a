/**
 * Reading a seccomp profile: the container runtimes' form (`linux.seccomp` of the OCI runtime specification)
 * and the engines' form, which adds to it `archMap`, `includes` and `excludes`. What they leave open is done
 * as runc, crun and libseccomp do it.
 */
import { constants } from "node:os";
import { type Action, actionOf, ENOSYS, EPERM, MAX_ERRNO, RET, refuse } from "./actions.ts";
import { applies, type Host } from "./applies.ts";
import { type Json, parseJson } from "./json.ts";
import { type Comparison, type Condition, FLAG, type Profile, type Rule } from "./profile.ts";

/** What a profile is read for. */
export interface ReadOptions extends Host {
  /** The file's name, for error messages. */
  readonly source: string;
}

const ACTIONS: ReadonlyMap<string, Action | "notify"> = new Map<string, Action | "notify">([
  ["SCMP_ACT_ALLOW", RET.ALLOW],
  ["SCMP_ACT_ERRNO", RET.ERRNO],
  ["SCMP_ACT_KILL", RET.KILL_THREAD],
  ["SCMP_ACT_KILL_PROCESS", RET.KILL_PROCESS],
  ["SCMP_ACT_KILL_THREAD", RET.KILL_THREAD],
  ["SCMP_ACT_LOG", RET.LOG],
  ["SCMP_ACT_TRACE", RET.TRACE],
  ["SCMP_ACT_TRAP", RET.TRAP],
  ["SCMP_ACT_NOTIFY", "notify"],
]);

const OPS: ReadonlyMap<string, Comparison | "masked"> = new Map<string, Comparison | "masked">([
  ["SCMP_CMP_NE", "NE"],
  ["SCMP_CMP_LT", "LT"],
  ["SCMP_CMP_LE", "LE"],
  ["SCMP_CMP_EQ", "EQ"],
  ["SCMP_CMP_GE", "GE"],
  ["SCMP_CMP_GT", "GT"],
  ["SCMP_CMP_MASKED_EQ", "masked"],
]);

/** A filter is loaded by a process of one thread, without a listener: two flags mean nothing here. */
const FLAGS: ReadonlyMap<string, number> = new Map([
  ["SECCOMP_FILTER_FLAG_LOG", FLAG.LOG],
  ["SECCOMP_FILTER_FLAG_SPEC_ALLOW", FLAG.SPEC_ALLOW],
  ["SECCOMP_FILTER_FLAG_TSYNC", 0],
  ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 0],
]);

const ERRNO_NAMES: ReadonlyMap<string, number> = new Map(Object.entries(constants.errno));

/** More for one call would not fit into a filter. */
const MOST_RULES = 1024;

const LARGEST_VALUE = 0xffffffffffffffffn;
const LARGEST_DATA = 0xffffn;
const LAST_ARGUMENT = 5n;

/** An action, with the errno that stands beside it as a number or, in the engines' form, as a name. */
function readAction(action: Json, number: Json, name: Json): Action | "notify" {
  const found = action.from(ACTIONS);
  if (found !== RET.ERRNO && found !== RET.TRACE) {
    for (const errno of [number, name]) if (!errno.isAbsent) errno.fail(`${action.text()} has no errno`);
    return found;
  }
  if (!name.isAbsent) return found + name.from(ERRNO_NAMES);
  if (number.isAbsent) return found + EPERM;
  return found + Number(number.whole(found === RET.ERRNO ? BigInt(MAX_ERRNO) : LARGEST_DATA));
}

const NO_SUPERVISOR = "SCMP_ACT_NOTIFY needs a supervisor, and nsbox has none";

function readCondition(condition: Json): Condition {
  condition.only(["index", "value", "valueTwo", "op"]);
  const index = Number(condition.field("index").whole(LAST_ARGUMENT));
  const op = condition.field("op").from(OPS);
  const value = condition.field("value").whole(LARGEST_VALUE);
  const second = condition.field("valueTwo");
  const other = second.isAbsent ? 0n : second.whole(LARGEST_VALUE);
  return op === "masked" ? { index, op: "EQ", value: other, mask: value } : { index, op, value };
}

/** The rules of an entry: all conditions together, or, where two are on one argument, each by itself. */
function readConditions(args: Json): readonly (readonly Condition[])[] {
  const conditions = args.items().map(readCondition);
  const indices = new Set(conditions.map(({ index }) => index));
  return indices.size === conditions.length ? [conditions] : conditions.map((condition) => [condition]);
}

function readNames(entry: Json): readonly string[] {
  const [name, names] = [entry.field("name"), entry.field("names")];
  if (!name.isAbsent) return names.isAbsent ? [name.text()] : names.fail(`"name" is given too`);
  const found = names.items().map((item) => item.text());
  return found.length > 0 ? found : names.fail("expected at least one name");
}

const ENTRY = ["names", "name", "action", "errnoRet", "errno", "args", "comment", "includes", "excludes"];

/** Checks the fields that say for which architectures the profile is: this one is always filtered, no other ever let through. */
function checkArchitectures(profile: Json): void {
  const [architectures, map] = [profile.field("architectures"), profile.field("archMap")];
  const isBoth = architectures.items().length > 0 && map.items().length > 0;
  if (isBoth) map.fail(`"architectures" is given too`);
  for (const item of map.items()) {
    item.field("architecture").text();
    for (const sub of item.field("subArchitectures").items()) sub.text();
  }
  for (const item of architectures.items()) item.text();
}

/**
 * Reads the text of a profile. Names that no system call of this architecture has are ignored.
 * @throws NsboxError where it is no profile: it names the file, the place and the reason.
 */
export function readProfile(text: string, options: ReadOptions): Profile {
  const whole = parseJson(options.source, text);
  // A runtime's whole config.json has the profile in it.
  const json = whole.field("linux").isAbsent ? whole : whole.field("linux").field("seccomp");
  checkArchitectures(json);
  const otherwise = readAction(
    json.field("defaultAction"),
    json.field("defaultErrnoRet"),
    json.field("defaultErrno"),
  );
  if (otherwise === "notify") return json.field("defaultAction").fail(NO_SUPERVISOR);
  const rules = new Map<string, Rule[]>();
  for (const entry of json.field("syscalls").items()) {
    entry.only(ENTRY);
    const names = readNames(entry);
    const action = readAction(entry.field("action"), entry.field("errnoRet"), entry.field("errno"));
    const conditions = readConditions(entry.field("args"));
    if (!applies(entry, options)) continue;
    if (action === "notify") return entry.field("action").fail(NO_SUPERVISOR);
    // As in the runtimes, that a call is answered as any other says nothing.
    const said = conditions.filter((all) => all.length > 0 || action !== otherwise);
    for (const name of names) {
      const list = rules.get(name) ?? [];
      rules.set(name, list);
      for (const all of said) list.push({ action, conditions: all });
      if (list.length > MOST_RULES) entry.fail(`more than ${MOST_RULES} rules for one call, "${name}"`);
    }
  }
  const flags = json.field("flags");
  const isRefusal = actionOf(otherwise) === RET.ERRNO;
  return {
    source: options.source,
    rules,
    otherwise,
    unknown: isRefusal ? refuse(ENOSYS) : otherwise,
    x32: refuse(ENOSYS),
    foreign: RET.KILL_PROCESS,
    flags: flags.isAbsent ? FLAG.SPEC_ALLOW : flags.items().reduce((all, flag) => all | flag.from(FLAGS), 0),
  };
}
