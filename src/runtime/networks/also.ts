/**
 * Where `nsbox net connect` writes down what a container was put on, for its later lives: a line a network, with the
 * lease's path and the messages of the operation `also_networks`. The lease is what counts: who has none any more
 * is not connected.
 */

import type { Version } from "../../net/address.ts";
import { encode } from "../../net/attributes.ts";
import { removeLink } from "../../net/rtnetlink.ts";
import { type Bridged, insideMessages, pairMessage } from "../../sandbox/network/bridge.ts";
import { readSmall, removeSmall, replaceWhole } from "../../sys/small-files.ts";
import { withDirectoryLock } from "../containers/lock.ts";

/** The file in a container's directory. */
export const alsoIn = (directory: string): string => `${directory}/networks`;

/** What `csrc/net-also.c` reads at most. */
const LARGEST = 32_767;

const leaseOf = (line: string): string => line.slice(0, line.indexOf("\t"));

function linesIn(directory: string): string[] {
  const text = readSmall(alsoIn(directory), LARGEST);
  return typeof text === "string" ? text.split("\n").filter((line) => line !== "") : [];
}

/** The leases that stand there and whose first line is `owner` still. */
export const alsoLeases = (directory: string, owner: string): string[] =>
  linesIn(directory)
    .map(leaseOf)
    .filter((path) => {
      const text = readSmall(path);
      return typeof text === "string" && text.startsWith(`${owner}\n`);
    });

/** The lines, without those of network directory `network`, and with `line`. False where they do not fit. */
function rewrite(directory: string, network: string, line: string | undefined): boolean {
  return withDirectoryLock(directory, () => {
    const others = linesIn(directory).filter((each) => !leaseOf(each).startsWith(`${network}/leases/`));
    const text = [...others, ...(line === undefined ? [] : [line])].map((each) => `${each}\n`).join("");
    const file = alsoIn(directory);
    if (text === "") return removeSmall(file) <= 0;
    if (text.length > LARGEST) return false;
    return replaceWhole(file, text) === 0;
  });
}

/** Writes down a connection of the container in `directory`. False where that cannot be. */
export function remember(
  directory: string,
  network: string,
  bridged: Bridged,
  ways: readonly Version[],
): boolean {
  const pair = encode([pairMessage(bridged, "child")]);
  const own = encode(insideMessages(bridged, ways));
  const undo = encode([removeLink(bridged.device)]).bytes;
  const words = [bridged.lease.path, undo.toBase64(), pair.bytes.toBase64(), pair.patches];
  return rewrite(directory, network, [...words, own.bytes.toBase64(), own.patches].join("\t"));
}

/** Forgets what was written down of a network. */
export const forget = (directory: string, network: string): boolean => rewrite(directory, network, undefined);
