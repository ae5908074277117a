/** From the words behind `nsbox exec` to a plan. */
import { parse } from "../../cli/argv.ts";
import type { Command, Parsed } from "../../cli/command.ts";
import { KINDS, type KindName } from "../../ns/kinds.ts";
import type { EncodedPlan, Plan } from "../../plan/plan.ts";
import { cgroupsOf } from "../../runtime/enter/cgroups.ts";
import { confine } from "../../runtime/enter/confine.ts";
import { otherOomScore } from "../../runtime/enter/process.ts";
import { pickKinds } from "../../runtime/enter/target.ts";
import { standsStill } from "../../runtime/limits/freeze.ts";
import { planEnter } from "../../sandbox/enter/plan.ts";
import type { EnterRequest } from "../../sandbox/enter/request.ts";
import { DEFAULT_PATH, type Environment, settled } from "../../sandbox/environment.ts";
import { attachOp } from "../../sandbox/limits/scope.ts";
import { display } from "../../sandbox/plan-run.ts";
import type { Caller } from "../../sandbox/request.ts";
import { rawEnvironment, rawWords } from "../../sys/raw-words.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { findTarget } from "../containers/target.ts";

/** What Bun makes of bytes that are no UTF-8. */
const GARBLED = "\uFFFD";

/** A planned command, and what is worth knowing of it. */
export interface PlannedExec {
  readonly plan: EncodedPlan;
  readonly kinds: readonly KindName[];
  readonly notes: readonly string[];
}

/** @throws NsboxError where one is frozen: the command would not come to its first instruction. */
function groupsToJoin(pid: number, word: string): EnterRequest["cgroups"] {
  const groups = cgroupsOf(pid);
  if (!groups.some(standsStill)) return groups;
  throw new NsboxError(`Cannot enter "${word}"`, {
    cause: "it is paused, and so would the new command be",
    hint: /^\d+$/.test(word) ? "Its cgroup is frozen" : `\`nsbox resume ${word}\` lets it go on`,
    code: "paused",
  });
}

/**
 * Looks at the container and plans what was typed, in bytes where text would not do.
 * @throws NsboxError where it cannot be.
 */
export function planExec(table: Command, typed: Parsed): PlannedExec {
  const [word, ...command] = typed.rest;
  if (word === undefined) throw new UsageError("Missing NAME or PID, and COMMAND", "nsbox exec 4711 /bin/sh");
  if (command.length === 0)
    throw new UsageError(`Missing COMMAND behind "${word}"`, `nsbox exec ${word} /bin/sh`);
  const named = typed.values("ns").flatMap(kindList);
  const workdir = directory(typed.value("workdir"));
  const { target: whole, plan: own } = findTarget(word);
  const garbled = [process.argv.join(), ...Object.values(process.env)].join().includes(GARBLED);
  const bytes = garbled || own?.bytes === true;
  const words = bytes ? rawWords() : [];
  const input = bytes ? parse(table, words.slice(words.indexOf("exec") + 1)) : typed;
  const caller: Caller = {
    uid: process.geteuid!(),
    gid: process.getegid!(),
    env: bytes ? rawEnvironment() : process.env,
    color: input.value("color"),
    bytes,
  };
  if (input.has("tty") && input.has("detach")) {
    throw new UsageError(
      'Options "--tty" and "--detach" contradict each other: nobody would be at the terminal',
    );
  }
  const target = pickKinds(whole, named);
  const cgroups = input.has("no-cgroup") ? [] : groupsToJoin(target.pid, word);
  const { confinement, notes, home } = confine(target, own, {
    user: typed.value("user"),
    privileged: input.has("privileged"),
  });
  const { entries, path } = environmentOf(input.values("env"), caller, own, home);
  const plan = planEnter({
    ...target,
    cgroups,
    attach: attachOp(cgroups, caller),
    oomScoreAdj: otherOomScore(target.pid),
    confinement,
    cwd: (workdir && input.value("workdir")) ?? own?.ops.findLast((op) => op.op === "chdir")?.path ?? "/",
    command: input.rest.slice(1),
    env: entries,
    path,
    terminal: input.has("tty"),
    detach: input.has("detach"),
    display: display(caller),
    bytes,
  });
  return { plan, kinds: target.kinds, notes };
}

function directory(path: string | undefined): string | undefined {
  if (path === undefined || path.startsWith("/")) return path;
  throw new UsageError(`Invalid "--workdir ${path}": it is no absolute path`);
}

/** `net,uts` as kinds, by the names under /proc/PID/ns or those of the long options. */
function kindList(list: string): KindName[] {
  return list.split(",").map((word) => {
    const kind = KINDS.find(({ name, long }) => word === name || `${word}-ns` === long);
    if (kind !== undefined) return kind.name;
    const known = KINDS.map(({ name }) => name).join(", ");
    throw new UsageError(`Unknown kind of namespace "${word}" in "--ns"`, `The kinds are ${known}`);
  });
}

/** The container's own where its plan is known; else PATH, HOME and TERM. `home`: that of `--user`. */
function environmentOf(
  settings: readonly string[],
  caller: Caller,
  own: Plan | undefined,
  home: string | undefined,
): Environment {
  const variables: Record<string, string | undefined> = Object.create(null);
  if (own === undefined) {
    variables["PATH"] = DEFAULT_PATH;
    variables["HOME"] = "/root";
    variables["TERM"] = caller.env["TERM"];
  }
  const asBytes = (text: string) =>
    own?.bytes || !caller.bytes ? text : Buffer.from(text).toString("latin1");
  for (const entry of own?.env ?? []) {
    const equals = entry.indexOf("=");
    variables[asBytes(entry.slice(0, equals))] = asBytes(entry.slice(equals + 1));
  }
  if (home !== undefined) variables["HOME"] = asBytes(home);
  return settled(variables, settings, caller);
}
