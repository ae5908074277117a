/** What a user asks of the command's identity, and what became of it once every name was looked up. */
import type { Reader } from "./accounts.ts";
import type { IdRange } from "./id-map.ts";

/** How the user namespace maps ids where no ranges are given. */
export type MapChoice = "root" | "current" | "auto" | "none";

/** As typed. */
export interface IdentityRequest {
  readonly map: MapChoice | undefined;
  readonly uidMap: readonly string[];
  readonly gidMap: readonly string[];
  /** `NAME|UID[:GROUP|GID]` */
  readonly user: string | undefined;
  readonly groups: readonly string[];
}

/** What the identity depends on beside the request. */
export interface Surroundings {
  readonly uid: number;
  readonly gid: number;
  /** Reads the files of accounts that the command will see. */
  readonly read: Reader;
  /** A user namespace is made, or one is joined, or neither. */
  readonly userNamespace: "made" | "joined" | "none";
  /** Mounts are made in it, and so files, which only somebody who is mapped can make. */
  readonly mounts: boolean;
}

/** One of the two maps. */
export interface Mapping {
  readonly ranges: readonly IdRange[];
  /** newuidmap or newgidmap, by its path, where the caller may not write the map. */
  readonly tool: string | undefined;
}

/** Looked up. Ids are those inside. */
export interface Identity {
  /** Undefined where no user namespace is made. */
  readonly maps: { readonly uid: Mapping; readonly gid: Mapping } | undefined;
  /** The kernel wants setgroups denied before this gid_map is written, see user_namespaces(7). */
  readonly denySetgroups: boolean;
  /** setgroups(2) works inside. */
  readonly canSetGroups: boolean;
  /** Whom the set-up has to become, since the caller is not mapped. */
  readonly setUp: { readonly uid: number; readonly gid: number } | undefined;
  /** Whom the command becomes; undefined where it is who it is. */
  readonly ids: { readonly uid: number; readonly gid: number } | undefined;
  /** Supplementary groups; undefined: none, where they may be given up. */
  readonly groups: readonly number[] | undefined;
  /** The command is root inside. */
  readonly isRoot: boolean;
  /** Nothing is mapped in the end: the command enters a second user namespace, where the first needed a map. */
  readonly unmapped: boolean;
  readonly home: string | undefined;
  /** Gid 5, tty, is mapped. */
  readonly ttyGroup: boolean;
  /** The owners of ROOTFS are to be mapped as well: root's ranges are others' ids. */
  readonly idmapRoot: boolean;
}
