/** STATE/networks: a directory a network, and what all of them share. */
import { mkdirSync, readdirSync } from "node:fs";
import { isOwnDirectory } from "../../sys/files.ts";
import { NsboxError } from "../../util/errors.ts";
import { codeOf, failedCall } from "../containers/failed-call.ts";
import { type Lock, takeTurn } from "../containers/lock.ts";
import { statePath } from "../containers/place.ts";
import { isNetworkName, type Network, networkPlaces, readNetworkIn } from "./config.ts";

const PRIVATE = 0o700;

/** The directory of networks, where there is one that is ours. */
export const openNetworks = (): string | undefined => networkPlaces().find(isOwnDirectory);

/** The same, made where it is absent. @throws NsboxError where it cannot be, or is another's. */
export function makeNetworks(): string {
  const there = openNetworks();
  if (there !== undefined) return there;
  const path = `${statePath()}/networks`;
  // The end of a run removes STATE where it is empty: then once more.
  for (let tries = 0; ; tries++) {
    try {
      mkdirSync(path, { recursive: true, mode: PRIVATE });
      if (isOwnDirectory(path)) return path;
      throw new NsboxError(`Cannot keep networks in "${path}"`, {
        cause: "it is not this user's alone",
        code: "state-refused",
      });
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || tries === 10) {
        throw failedCall(`Cannot keep networks in "${path}"`, "mkdir", error);
      }
    }
  }
}

/** Does `work` while no other nsbox makes, changes or removes a network. */
export async function withNetworks<T>(place: string, work: () => T | Promise<T>): Promise<T> {
  const turn: Lock = takeTurn(place);
  try {
    return await work();
  } finally {
    turn.release();
  }
}

/** All networks by name, and what could not be read. */
export function listNetworks(place: string): { networks: Network[]; refused: unknown[] } {
  const networks: Network[] = [];
  const refused: unknown[] = [];
  for (const name of readdirSync(place).sort()) {
    if (!isNetworkName(name)) continue;
    try {
      const network = readNetworkIn(`${place}/${name}`);
      if (network !== undefined) networks.push(network);
    } catch (error) {
      refused.push(error);
    }
  }
  return { networks, refused };
}
