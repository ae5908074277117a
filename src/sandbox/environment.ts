/** The command's environment: clean by default. */
import { UsageError } from "../util/errors.ts";
import type { Identity } from "./identity/request.ts";
import type { Caller, RunRequest } from "./request.ts";

/** Where commands are looked up where the environment has no PATH of its own. */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A command's environment, and the PATH in it. */
export interface Environment {
  /** `NAME=VALUE` each. */
  readonly entries: readonly string[];
  readonly path: string;
}

/**
 * PATH, HOME, TERM (the caller's) and `container=nsbox`, or all of the caller's with `--inherit-env`;
 * then what `-e` says, the last of a name counting.
 */
export function environment(request: RunRequest, caller: Caller, identity?: Identity): Environment {
  // Without a prototype: a variable may be called __proto__.
  const variables: Record<string, string | undefined> = Object.create(null);
  if (request.inheritEnv) Object.assign(variables, caller.env);
  else {
    variables["PATH"] = DEFAULT_PATH;
    variables["HOME"] = identity?.home ?? "/root";
    variables["TERM"] = caller.env["TERM"];
  }
  variables["container"] = "nsbox";
  return settled(variables, request.env, caller);
}

/** The variables there are, changed by `-e` settings; it writes to `variables`. */
export function settled(
  variables: Record<string, string | undefined>,
  settings: readonly string[],
  caller: Caller,
): Environment {
  for (const setting of settings) {
    const equals = setting.indexOf("=");
    if (setting === "" || equals === 0) throw new UsageError(`Invalid variable "${setting}": it has no name`);
    if (equals > 0) variables[setting.slice(0, equals)] = setting.slice(equals + 1);
    else if (Object.hasOwn(caller.env, setting)) variables[setting] = caller.env[setting];
  }
  const entries: string[] = [];
  for (const name in variables) {
    if (variables[name] !== undefined) entries.push(`${name}=${variables[name]}`);
  }
  return { entries, path: variables["PATH"] || DEFAULT_PATH };
}
