/** The files about names of a command that shares a network: the host's, or another container's. */
import { readFileSync } from "node:fs";
import type { Parsed } from "../../cli/command.ts";
import { hostFile } from "../../runtime/networks/host-names.ts";
import { planOfThisBuild } from "../../runtime/plan-behind.ts";
import { chooseKinds } from "../../sandbox/namespaces.ts";
import { filesIn, hostNameFiles } from "../../sandbox/network/names.ts";
import type { NetworkPart } from "../../sandbox/network/part.ts";
import { findContainer } from "../containers/find.ts";
import type { RunFacts } from "./limits.ts";
import { readNames } from "./names.ts";

const OF_CONTAINER = "container:";

/** The part of `--network WORD`; undefined where the files are ROOTFS's own. */
export function readFiles(
  input: Parsed,
  { request, caller }: RunFacts,
  word: string,
): NetworkPart | undefined {
  const names = readNames(input);
  if (!chooseKinds(request, caller).includes("mnt")) return undefined;
  const items =
    word === "host"
      ? hostNameFiles(names, hostFile("/etc/resolv.conf"), hostFile("/etc/hosts"))
      : filesIn(word.startsWith(OF_CONTAINER) ? planOf(word.slice(OF_CONTAINER.length)) : undefined);
  return items.length === 0 ? undefined : { before: [], outside: [], inside: [], items };
}

/** What the container was made by: the files in it may have been changed by whoever is in there. */
function planOf(word: string) {
  try {
    return planOfThisBuild(readFileSync(`${findContainer(word).directory}/plan`));
  } catch {
    return undefined;
  }
}
