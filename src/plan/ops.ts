/**
 * THE operation table. A plan is a list of these; the C helper has one function for each. From this
 * table come the TypeScript types (`./plan.ts`), the encoding (`./encode.ts`), the C enum, argument
 * structs and dispatcher (`build.ts`), and the words of `--explain` (`./describe.ts`). Its rows stand,
 * by family, in `./ops/`.
 *
 * `where` says who does it and when: `before` the clone and `outside` while the child waits are the
 * monitor's, `inside` is the child's. `undo` says what takes it back: `ends` means that it goes away
 * with the process or namespace it was done to; otherwise the operation is undone by the monitor.
 */

import type { Operation } from "./operation.ts";
import { BESIDE } from "./ops/beside.ts";
import { END } from "./ops/end.ts";
import { ENTER } from "./ops/enter.ts";
import { IDENTITY } from "./ops/identity.ts";
import { INIT } from "./ops/init.ts";
import { LIFE } from "./ops/life.ts";
import { LIMITS } from "./ops/limits.ts";
import { MOUNTS } from "./ops/mounts.ts";
import { NAMESPACES } from "./ops/namespaces.ts";
import { NETNS } from "./ops/netns.ts";
import { NETWORK } from "./ops/network.ts";
import { PERSIST } from "./ops/persist.ts";
import { PORTS } from "./ops/ports.ts";
import { ROOT } from "./ops/root.ts";
import { SCOPE } from "./ops/scope.ts";
import { SECURITY } from "./ops/security.ts";
import { START } from "./ops/start.ts";
import { UNDO } from "./ops/undo.ts";

/** Every operation; its code is its place in this list. */
export const OPS = {
  ...START,
  ...ROOT,
  ...MOUNTS,
  ...NAMESPACES,
  ...ENTER,
  ...IDENTITY,
  ...SECURITY,
  ...LIFE,
  ...UNDO,
  ...LIMITS,
  ...SCOPE,
  ...NETWORK,
  ...PORTS,
  ...PERSIST,
  ...NETNS,
  ...BESIDE,
  ...INIT,
  ...END,
} as const satisfies Readonly<Record<string, Operation>>;

/** The name of an operation. */
export type OpName = keyof typeof OPS;

/** The names in the order of their codes: an operation's code is its index here. */
export const OP_NAMES = Object.keys(OPS) as readonly OpName[];
