/** Containers' directories: made whole or not at all, and removed. */
import { chmodSync, closeSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { dropLeases } from "../networks/drop-leases.ts";
import type { ContainerConfig, NewConfig } from "./config.ts";
import { failedCall } from "./failed-call.ts";
import { checkName, release, reserve } from "./names.ts";
import { makePlace, type Place } from "./place.ts";
import { thisProcess } from "./process.ts";

/** A new container. */
export interface Created {
  readonly id: string;
  /** Its directory, absolute. */
  readonly directory: string;
}

function makeDirectory({ containers }: Place, id: string): Created {
  const directory = `${containers}/${id}`;
  mkdirSync(directory, { mode: 0o700 });
  return { id, directory };
}

/** Writes a file that must not be there, whole. node:fs writes on until all is written, or throws. */
function writeNew(path: string, content: string | Uint8Array, mode: number): void {
  writeFileSync(path, content, { flag: "wx", mode });
  chmodSync(path, mode);
}

/**
 * Makes the directory of a container with its lock and `config.json`, and gives it its name, if it has one.
 * @throws UsageError for a bad name; NsboxError where the name is taken or the state cannot be written:
 * then nothing of it stays.
 */
export function createContainer(config: NewConfig, name?: string): Created {
  if (name !== undefined) checkName(name);
  const place = makePlace();
  let created: Created | undefined;
  try {
    created = makeDirectory(place, config.id);
    const { id, directory } = created;
    const whole: ContainerConfig = {
      version: 1,
      created: new Date().toISOString(),
      ...config,
      maker: thisProcess(),
    };
    closeSync(openSync(`${directory}/lock`, "wx", 0o600));
    writeNew(`${directory}/config.json`, `${JSON.stringify(whole)}\n`, 0o600);
    if (name !== undefined) reserve(place, name, id);
    return created;
  } catch (error) {
    if (created !== undefined) rmSync(created.directory, { recursive: true, force: true });
    throw failedCall(`Cannot create a container in "${place.path}"`, "write", error);
  }
}

/**
 * Stores helper and plan, as they are executed, in the container's directory. Where that fails, the caller
 * removes the container.
 * @throws NsboxError where it cannot be written.
 */
export function storePlan(directory: string, bytes: Uint8Array): void {
  try {
    writeNew(`${directory}/plan`, bytes, 0o700);
  } catch (error) {
    throw failedCall(`Cannot store the plan in "${directory}"`, "write", error);
  }
}

/**
 * Removes a container's directory and its name. The caller holds its lock, or has just made it. What a kill
 * leaves of it has no status any more, so the next command takes it for half-made.
 */
export function removeContainer(directory: string, name?: string): void {
  const at = directory.lastIndexOf("/containers/");
  const [path, id] = [directory.slice(0, at), directory.slice(at + "/containers/".length)];
  try {
    rmSync(`${directory}/status`, { force: true });
    const place = { path, names: `${path}/names`, containers: `${path}/containers` };
    if (name !== undefined) release(place, name, id);
    dropLeases(`${path}/networks`, id);
    rmSync(directory, { recursive: true, force: true });
  } catch (error) {
    throw failedCall(`Cannot remove container ${id}`, "unlink", error);
  }
}
