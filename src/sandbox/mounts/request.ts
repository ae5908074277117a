/** What a user asks of mounts. Paths of the host are absolute; those inside begin with a slash. */
import type { KindName } from "../../ns/kinds.ts";
import type { MountChoice } from "./options.ts";
import type { MountType } from "./types.ts";

/** What is known of a device of the host, see stat(2). */
export interface DeviceStat {
  /** With the type of the file; a directory is bound as a whole. */
  readonly mode: number;
  readonly major: number;
  readonly minor: number;
  readonly uid: number;
  readonly gid: number;
}

/** One mount, or one thing that is made. `typed`: the option as the user wrote it, for errors. */
export type MountItem = { readonly typed: string } & (
  | {
      readonly kind: "bind";
      readonly source: string;
      readonly target: string;
      readonly choice: MountChoice;
    }
  | {
      readonly kind: "filesystem";
      readonly type: MountType;
      readonly target: string;
      readonly choice: MountChoice;
      /** As fsconfig(2) takes them, parted by commas. */
      readonly options: string;
    }
  | {
      readonly kind: "image";
      readonly type: MountType;
      readonly source: string;
      readonly target: string;
      readonly choice: MountChoice;
    }
  | {
      readonly kind: "overlay";
      readonly target: string;
      readonly choice: MountChoice;
      /** The top one first. */
      readonly lower: readonly string[];
      readonly upper: Upper | undefined;
    }
  | {
      readonly kind: "device";
      readonly source: string;
      readonly target: string;
      readonly stat: DeviceStat;
    }
  | { readonly kind: "symlink"; readonly target: string; readonly leadsTo: string }
  | { readonly kind: "dir"; readonly target: string; readonly mode: number }
  | {
      readonly kind: "file";
      readonly target: string;
      readonly mode: number;
      /** A descriptor to read, or the text. */
      readonly content: number | string;
      /** Where it has no place, a note says so, and it is done without. */
      readonly optional?: true;
    }
);

/** A file with a content of the run's own. */
export type FileItem = MountItem & { readonly kind: "file" };

/** Where the changes to an overlay are kept. */
export interface Upper {
  readonly upper: string;
  readonly work: string;
}

/** All that was asked for. */
export interface MountsRequest {
  /** In the order given. */
  readonly items: readonly MountItem[];
  /** ROOTFS is `none`. */
  readonly noTree: boolean;
  /** Changes go to memory, or to directories. */
  readonly overlay: "memory" | Upper | undefined;
  /** Layers over ROOTFS, each over those before it. */
  readonly lower: readonly string[];
  readonly readOnly: boolean;
  /** A name of the option table; undefined: private. */
  readonly propagation: number | undefined;
  readonly unmask: readonly string[];
  readonly hostDevices: boolean;
  /** The caller may mount in the user namespace around the run: as root in a container it may not. */
  readonly mayMount: boolean;
}

/** What a plan of mounts depends on besides. */
export interface MountFacts {
  /** The kinds that the command has for itself. */
  readonly kinds: readonly KindName[];
  /** The caller's. */
  readonly uid: number;
  /** The user namespace maps ids to others, and root may have ROOTFS follow. */
  readonly idmapRoot: boolean;
  /** The mount namespace is a copy of another's, and so is the root. */
  readonly copied: boolean;
  /** No notes. */
  readonly quiet: boolean;
}
