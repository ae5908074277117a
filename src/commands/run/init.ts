/** What was typed about PID 1. */
import type { Parsed } from "../../cli/command.ts";
import { didYouMean, suggest } from "../../cli/suggest.ts";
import type { KindName } from "../../ns/kinds.ts";
import { INIT_FLAG, INIT_MODE, INIT_NO_TIMEOUT } from "../../plan/constants.ts";
import type { InitRequest, OwnInit } from "../../sandbox/init.ts";
import { needs } from "../../sandbox/namespaces.ts";
import type { Caller, RunRequest } from "../../sandbox/request.ts";
import { UsageError } from "../../util/errors.ts";

/** The words behind `--init=`. */
const MODES: Readonly<Record<string, OwnInit["mode"]>> = {
  group: INIT_MODE.INIT_GROUP,
  full: INIT_MODE.INIT_FULL,
};

/** @throws UsageError where the options contradict each other, or there is no PID 1 to be. */
export function readInit(
  input: Parsed,
  request: RunRequest,
  kinds: readonly KindName[],
  caller: Caller,
): InitRequest {
  const program = input.value("init-program");
  if (program === "") throw new UsageError('Option "--init-program" has an empty value');
  const option = program === undefined ? "--init" : "--init-program";
  if (program !== undefined && input.has("init")) {
    throw new UsageError('Options "--init" and "--init-program" contradict each other: there is one PID 1');
  }
  const mode = input.has("init") ? modeOf(input.values("init").at(-1)) : undefined;
  const ofFull = OF_FULL.find((long) => input.has(long));
  if (ofFull !== undefined && mode !== INIT_MODE.INIT_FULL) {
    throw new UsageError(`Option "--${ofFull}" needs the whole startup`, 'Add "--init=full"');
  }
  if (!kinds.includes("pid")) throw needs(request, option, "pid");
  if (program !== undefined) return { program };
  return {
    mode: mode ?? INIT_MODE.INIT_COMMAND,
    flags: mode === INIT_MODE.INIT_FULL ? flagsOf(input) : 0,
    process: seconds(input, "init-timeout"),
    all: seconds(input, "init-kill-all-timeout"),
    session: caller.env["XDG_RUNTIME_DIR"] ?? "",
  };
}

/** What nothing but the whole startup knows. */
const OF_FULL = ["init-skip", "init-timeout", "init-kill-all-timeout", "init-no-kill-all"];

const SKIPS: Readonly<Record<string, number>> = {
  startup: INIT_FLAG.INIT_SKIP_STARTUP,
  runit: INIT_FLAG.INIT_SKIP_RUNIT,
};

function flagsOf(input: Parsed): number {
  let flags = input.has("quiet") ? INIT_FLAG.INIT_QUIET : input.has("verbose") ? INIT_FLAG.INIT_VERBOSE : 0;
  for (const word of input.values("init-skip").flatMap((value) => value.split(","))) {
    const flag = SKIPS[word];
    if (flag === undefined) {
      throw new UsageError(
        `Unknown part "${word}" in "--init-skip"`,
        `It takes ${Object.keys(SKIPS).join(" and ")}`,
      );
    }
    flags |= flag;
  }
  if (input.has("init-no-kill-all")) flags |= INIT_FLAG.INIT_NO_KILL_ALL;
  if (input.rest.length > 1) return flags;
  if (flags & INIT_FLAG.INIT_SKIP_RUNIT) {
    throw new UsageError("Without runit there has to be a COMMAND", `nsbox run … ${input.rest[0]} /bin/sh`);
  }
  return flags | INIT_FLAG.INIT_NO_COMMAND;
}

function seconds(input: Parsed, option: string): number {
  const value = input.value(option);
  if (value === undefined) return INIT_NO_TIMEOUT;
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw new UsageError(`Invalid "--${option} ${value}": it takes whole seconds`);
}

function modeOf(word: string | undefined): OwnInit["mode"] {
  if (word === undefined) return INIT_MODE.INIT_COMMAND;
  const mode = MODES[word];
  if (mode !== undefined) return mode;
  const known = Object.keys(MODES);
  throw new UsageError(
    `Unknown mode "${word}" of "--init"`,
    didYouMean(suggest(word, known)) ?? `The modes are ${known.join(", ")}; a program is "--init-program"`,
  );
}
