/** What a user asks of `run`, and who asks: everything a plan is made from. */
import type { KindName } from "../ns/kinds.ts";
import type { Join } from "./joins.ts";

/** The sandbox as it was asked for. Strings hold text, or bytes where `Caller.bytes` is set. */
export interface RunRequest {
  /** The root filesystem's directory, as typed. */
  readonly root: string;
  /** The command and its arguments; at least the command. */
  readonly command: readonly string[];
  /** The kinds that were named; none: all that are not in `share`. */
  readonly named: readonly KindName[];
  /** The kinds that stay shared with the host. */
  readonly share: readonly KindName[];
  /** The namespaces that are joined. */
  readonly joins: readonly Join[];
  /** A user namespace is asked for by what it maps, and not by its name. */
  readonly maps: boolean;
  readonly hostname: string | undefined;
  /** Offsets of the clocks in seconds, of a time namespace. */
  readonly boottime: number | undefined;
  readonly monotonic: number | undefined;
  /** Bring the loopback interface up in a new network namespace. */
  readonly loopback: boolean;
  /** `NAME=VALUE`, or `NAME` for the caller's value. */
  readonly env: readonly string[];
  readonly inheritEnv: boolean;
  /** The directory inside, where it is not `/`. */
  readonly cwd: string | undefined;
  /** Descriptors above 2 that the command gets. */
  readonly preserve: readonly number[];
}

/** Who asks. */
export interface Caller {
  readonly uid: number;
  readonly gid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `always` or `never` where `--color` said so. */
  readonly color: string | undefined;
  /** Strings hold one byte a character, since some argument or variable was no UTF-8. */
  readonly bytes: boolean;
}
