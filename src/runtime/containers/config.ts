/** What a container was made from: `config.json`, written once before its start and never changed. */
import { readOwnFile } from "../../util/own-file.ts";
import type { ProcessId } from "./process.ts";

/** The content of `config.json`. */
export interface ContainerConfig {
  readonly version: 1;
  /** 12 hexadecimal digits, the first of them a letter: no PID looks like it, nor like its beginning. */
  readonly id: string;
  /** When it was made, ISO 8601. */
  readonly created: string;
  /** The words behind `nsbox run`. */
  readonly argv: readonly string[];
  /** Where it was called. */
  readonly cwd: string;
  /** The root filesystem, absolute. */
  readonly root: string;
  /** The command and its arguments. */
  readonly command: readonly string[];
  /** The namespace kinds of its own. */
  readonly kinds: readonly string[];
  /** Ports of the host that lead inside, in words; absent where there are none. */
  readonly ports?: readonly string[];
  readonly tty: boolean;
  readonly interactive: boolean;
  /** `--rm`. */
  readonly remove: boolean;
  /** `no`, `always` or `on-failure[:N]`. */
  readonly restart: string;
  /** The signal that `nsbox stop` sends. */
  readonly stopSignal: number;
  /** Seconds that it waits then. */
  readonly stopTimeout: number;
  /** The user who made it. */
  readonly user: number;
  /** The process that makes it, until its supervisor holds the lock; absent in those of older versions. */
  readonly maker?: Maker;
}

/** A process, and the PID namespace in which it has that number. */
export interface Maker extends ProcessId {
  readonly namespace: string;
}

/** What the caller of `createContainer` knows. */
export type NewConfig = Omit<ContainerConfig, "version" | "created" | "maker">;

const LARGEST = 4 * 1024 * 1024;

/** The configuration in a container's directory; undefined where it is not there, or is no such file. */
export function readConfig(directory: string): ContainerConfig | undefined {
  const text = readOwnFile(`${directory}/config.json`, LARGEST);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isConfig(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const areWords = (value: unknown): boolean =>
  Array.isArray(value) && value.every((word) => typeof word === "string");

/** Only what the commands depend on: a later version may know more. */
function isConfig(value: unknown): value is ContainerConfig {
  if (typeof value !== "object" || value === null) return false;
  const { version, id, created, cwd, root, command, stopSignal, stopTimeout } = value as Partial<
    Record<keyof ContainerConfig, unknown>
  >;
  const { ports } = value as { ports?: unknown };
  return (
    version === 1 &&
    (ports === undefined || areWords(ports)) &&
    [id, created, cwd, root].every((word) => typeof word === "string") &&
    [stopSignal, stopTimeout].every((number) => Number.isFinite(number)) &&
    areWords(command)
  );
}
