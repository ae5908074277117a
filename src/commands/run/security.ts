/** What was typed about the layers of the sandbox, and about limits. */
import type { Parsed } from "../../cli/command.ts";
import { didYouMean, suggest } from "../../cli/suggest.ts";
import type { Limit, SecurityRequest } from "../../sandbox/security/request.ts";
import {
  ALL_CAPABILITIES,
  CAPABILITIES,
  capabilityNames,
  capabilitySet,
  keptCapabilities,
} from "../../sys/capabilities.ts";
import { NO_LIMIT, RESOURCES } from "../../sys/resources.ts";
import { UsageError } from "../../util/errors.ts";
import { readSeccomp } from "./seccomp.ts";

/** @throws UsageError naming the word that cannot be. */
export async function readSecurity(input: Parsed): Promise<SecurityRequest> {
  const privileged = input.has("privileged");
  const landlock = input.value("landlock");
  if (landlock !== undefined && landlock !== "off") {
    throw new UsageError(`Invalid "--landlock ${landlock}": it takes "off"`);
  }
  const { bounding, added, required } = capabilities(input, privileged);
  const off = privileged || landlock === "off";
  const rules = ["landlock-ro", "landlock-rw", "landlock-tcp"].find((long) => input.has(long));
  if (off && rules !== undefined) {
    throw new UsageError(`Option "--${rules}" needs Landlock, which is switched off`);
  }
  return {
    bounding,
    added,
    required,
    newPrivs: privileged || input.has("new-privs"),
    seccomp: await readSeccomp(input, privileged, capabilityNames(bounding), bounding === keptCapabilities()),
    landlock: {
      off,
      readOnly: input.values("landlock-ro").map(insidePath),
      readWrite: input.values("landlock-rw").map(insidePath),
      tcp: input.values("landlock-tcp").map((port) => number("landlock-tcp", port, 0, 65535)),
    },
    limits: input.values("ulimit").map(limit),
    oomScoreAdj: numberOf(input, "oom-score-adj", -1000, 1000),
    nice: numberOf(input, "nice", -20, 19),
    cpuAffinity: processors(input.value("cpu-affinity")),
  };
}

/** First ALL, then names: `--cap-drop ALL --cap-add KILL` leaves one. */
function capabilities(
  input: Parsed,
  privileged: boolean,
): Pick<SecurityRequest, "bounding" | "added" | "required"> {
  const add = names(input, "cap-add");
  const drop = names(input, "cap-drop");
  const both = add.find((name) => drop.includes(name));
  if (both !== undefined) {
    throw new UsageError(
      both === ALL ? "All capabilities are added and dropped" : `Capability ${both} is added and dropped`,
    );
  }
  const all = (privileged || add.includes(ALL)) && !drop.includes(ALL);
  const from = all ? ALL_CAPABILITIES : drop.includes(ALL) ? 0 : keptCapabilities();
  const bounding = new Set<string>([...capabilityNames(from), ...add]);
  for (const name of drop) bounding.delete(name);
  const set = capabilitySet([...bounding]);
  const required = capabilitySet(add);
  return { bounding: set, added: all ? set : required, required };
}

const ALL = "ALL";

/** `cap_net_raw`, `NET_RAW`, `ALL`: as the table has them. */
function names(input: Parsed, option: string): string[] {
  const known = CAPABILITIES.map(({ name }) => name);
  return input
    .values(option)
    .flatMap((value) => value.split(","))
    .map((word) => {
      const name = word.toUpperCase().replace(/^CAP_/, "");
      if (name === ALL || known.some((other) => other === name)) return name;
      throw new UsageError(
        `Unknown capability "${word}" in "--${option}"`,
        didYouMean(suggest(name, [...known, ALL])) ?? "See capabilities(7), or `nsbox run --help`",
      );
    });
}

function insidePath(path: string): string {
  if (path.startsWith("/")) return path;
  throw new UsageError(`Path "${path}" is not absolute`, "Landlock's paths are those inside: /usr");
}

function limit(text: string): Limit {
  const [, name = "", soft = "", hard = soft] = /^([^=]*)=([^:]*)(?::(.*))?$/.exec(text) ?? [];
  const resource = RESOURCES.find((each) => each.name === name.toLowerCase());
  if (resource === undefined) {
    const known = RESOURCES.map((each) => each.name);
    const bare = known.find((each) => each === text.toLowerCase());
    if (bare !== undefined)
      throw new UsageError(`Invalid "--ulimit ${text}": it takes NAME=SOFT[:HARD]`, `--ulimit ${bare}=1024`);
    throw new UsageError(
      text.includes("=")
        ? `Unknown limit "${name}"`
        : `Invalid "--ulimit ${text}": it takes NAME=SOFT[:HARD]`,
      didYouMean(suggest(name || text, known)) ?? `The limits are ${known.join(", ")}`,
    );
  }
  const amount = (word: string): number => {
    if (word === "unlimited" || word === "-1") return NO_LIMIT;
    if (/^\d{1,15}$/.test(word)) return Number(word);
    if (/^\d+$/.test(word))
      throw new UsageError(`Invalid "--ulimit ${text}": ${word} is too large`, 'Or "unlimited"');
    throw new UsageError(`Invalid "--ulimit ${text}": "${word}" is no number`, 'Or "unlimited"');
  };
  const limits = { resource: resource.number, soft: amount(soft), hard: amount(hard) };
  if (limits.hard !== NO_LIMIT && (limits.soft === NO_LIMIT || limits.soft > limits.hard)) {
    throw new UsageError(`Invalid "--ulimit ${text}": the soft limit is above the hard one`);
  }
  return limits;
}

function numberOf(input: Parsed, option: string, least: number, most: number): number | undefined {
  const value = input.value(option);
  return value === undefined ? undefined : number(option, value, least, most);
}

function number(option: string, value: string, least: number, most: number): number {
  const result = /^-?\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
  if (result >= least && result <= most) return result;
  throw new UsageError(`Invalid "--${option} ${value}": it takes a number from ${least} to ${most}`);
}

function processors(list: string | undefined): string | undefined {
  const isRange = (word: string): boolean => {
    const [, first, last = first] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(word) ?? [];
    return first !== undefined && Number(first) <= Number(last);
  };
  if (list?.split(",").every(isRange) ?? true) return list;
  throw new UsageError(`Invalid "--cpu-affinity ${list}"`, "It takes numbers and ranges: 0,2-3");
}
