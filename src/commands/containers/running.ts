/** Containers whose command runs. */
import { openPlace } from "../../runtime/containers/place.ts";
import { type Container, listContainers } from "../../runtime/containers/settle.ts";
import { NsboxError } from "../../util/errors.ts";
import { findContainer } from "./find.ts";

/** @throws NsboxError where there is no container of that name, or it does not run. */
export function findRunning(word: string): Container {
  const container = findContainer(word);
  if (container.status?.state === "running") return container;
  throw new NsboxError(`Container "${word}" does not run`, { code: "not-running" });
}

/** Those that the words name; without any all that run, by the time they were made. */
export function runningOnes(words: readonly string[]): Container[] {
  if (words.length > 0) return words.map(findRunning);
  const place = openPlace();
  return place === undefined
    ? []
    : listContainers(place).containers.filter(({ status }) => status?.state === "running");
}
