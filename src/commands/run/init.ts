/** What was typed about PID 1. */
import type { Parsed } from "../../cli/command.ts";
import { didYouMean, suggest } from "../../cli/suggest.ts";
import type { KindName } from "../../ns/kinds.ts";
import { INIT_MODE } from "../../plan/constants.ts";
import type { InitRequest, OwnInit } from "../../sandbox/init.ts";
import { needs } from "../../sandbox/namespaces.ts";
import type { Caller, RunRequest } from "../../sandbox/request.ts";
import { UsageError } from "../../util/errors.ts";

/** The words behind `--init=`. */
const MODES: Readonly<Record<string, OwnInit["mode"]>> = {
  group: INIT_MODE.INIT_GROUP,
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
  if (!kinds.includes("pid")) throw needs(request, option, "pid");
  if (program !== undefined) return { program };
  const words = input.values("init");
  return { mode: modeOf(words.at(-1)), session: caller.env["XDG_RUNTIME_DIR"] ?? "" };
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
