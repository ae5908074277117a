/** What a user asks of the layers that confine the command beyond its namespaces. */

/** One `--ulimit`; -1 for no limit. */
export interface Limit {
  readonly resource: number;
  readonly soft: number;
  readonly hard: number;
}

/** As typed, names checked. Capabilities are sets, see `src/sys/capabilities.ts`. */
export interface SecurityRequest {
  /** The bounding set: of root, also what it has. */
  readonly bounding: number;
  /** Added: a user other than root has these and no others. */
  readonly added: number;
  /** Added one by one: the run fails where one of them is not to be had. */
  readonly required: number;
  readonly newPrivs: boolean;
  /** A compiled filter in base64 with its flags; undefined: the default one, `off`: none. */
  readonly seccomp: { readonly program: string; readonly flags: number } | "off" | undefined;
  readonly landlock: LandlockRequest;
  readonly limits: readonly Limit[];
  readonly oomScoreAdj: number | undefined;
  readonly nice: number | undefined;
  /** As in cpuset(7): `0,2-3`. */
  readonly cpuAffinity: string | undefined;
}

/** What Landlock is asked for beside its scope, which follows from what is shared. */
export interface LandlockRequest {
  readonly off: boolean;
  readonly readOnly: readonly string[];
  readonly readWrite: readonly string[];
  readonly tcp: readonly number[];
}
