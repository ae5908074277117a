/** `--filter KEY=VALUE` of `nsbox ps`. */
import { didYouMean, suggest } from "../../cli/suggest.ts";
import type { Container } from "../../runtime/containers/settle.ts";
import { isPaused } from "../../runtime/limits/freeze.ts";
import { UsageError } from "../../util/errors.ts";
import { isStarting } from "./words.ts";

type Test = (container: Container, value: string) => boolean;

const STATES = ["starting", "running", "paused", "restarting", "exited"];

const stateOf = (container: Container): string => {
  const { status } = container;
  if (status === undefined || isStarting(status)) return "starting";
  return status.state === "running" && isPaused(container) ? "paused" : status.state;
};

const KEYS: Readonly<Record<string, Test>> = {
  state: (container, value) => stateOf(container) === value,
  name: ({ name }, value) => name?.includes(value) ?? false,
  status: ({ status }, value) => status?.state === "exited" && status.status === Number(value),
};

/** The test that all of these are together. @throws UsageError for an unknown key or state. */
export function readFilters(words: readonly string[]): (container: Container) => boolean {
  const wanted = Map.groupBy(words.map(readFilter), ({ key }) => key);
  return (container) =>
    [...wanted].every(([key, values]) => values.some(({ value }) => KEYS[key]!(container, value)));
}

function readFilter(word: string): { key: string; value: string } {
  const equals = word.indexOf("=");
  const [key, value] = [word.slice(0, Math.max(0, equals)), word.slice(equals + 1)];
  if (!Object.hasOwn(KEYS, key)) {
    throw new UsageError(`Not a filter: "${word}"`, `Write one of ${Object.keys(KEYS).join("=, ")}=`);
  }
  if (key === "state" && !STATES.includes(value)) {
    throw new UsageError(
      `Not a state: "${value}"`,
      didYouMean(suggest(value, STATES)) ?? `It is one of ${STATES.join(", ")}`,
    );
  }
  if (key === "status" && !/^\d{1,3}$/.test(value)) throw new UsageError(`Not an exit status: "${value}"`);
  return { key, value };
}
