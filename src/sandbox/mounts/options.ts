/**
 * THE table of mount options: parsing, help and suggestions derive from it. The names are those of mount(8)
 * and podman-run(1).
 */
import { MOUNT_ATTR, PROPAGATION } from "../../plan/constants.ts";

/** What one option changes. */
export interface MountOption {
  readonly name: string;
  readonly help: string;
  /** Attributes that are set, or taken away. */
  readonly set?: number;
  readonly clear?: number;
  /** How far a bind reaches, and who sees what is mounted below it later. */
  readonly recursive?: boolean;
  readonly propagation?: number;
  /** For binds only: owners are mapped; an absent source is skipped. */
  readonly idmap?: true;
  readonly optional?: true;
}

const { MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOATIME } =
  MOUNT_ATTR;
const { MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE } = PROPAGATION;

const pair = (yes: string, no: string, bit: number, help: string): MountOption[] => [
  { name: yes, clear: bit, help: `${help} is allowed` },
  { name: no, set: bit, help: `${help} is not allowed` },
];

const propagation = (name: string, kind: number, help: string): MountOption[] => [
  { name, propagation: kind, help },
  { name: `r${name}`, propagation: kind, help: `The same as ${name}: it holds for all that is bound` },
];

/** All of them. */
export const MOUNT_OPTIONS: readonly MountOption[] = [
  { name: "ro", set: MOUNT_ATTR_RDONLY, help: "Read-only, mounts below it included" },
  {
    name: "rw",
    clear: MOUNT_ATTR_RDONLY,
    help: "Writable, also where the source is mounted read-only; not in a user namespace",
  },
  ...pair("suid", "nosuid", MOUNT_ATTR_NOSUID, "Gaining ids by a setuid program"),
  ...pair("dev", "nodev", MOUNT_ATTR_NODEV, "Use of device nodes"),
  ...pair("exec", "noexec", MOUNT_ATTR_NOEXEC, "Executing programs"),
  { name: "atime", clear: MOUNT_ATTR_NOATIME, help: "Times of access are kept, as relatime does" },
  { name: "noatime", set: MOUNT_ATTR_NOATIME, help: "Times of access are not kept" },
  { name: "rbind", recursive: true, help: "With the mounts below the source (default)" },
  { name: "bind", recursive: false, help: "Without them" },
  ...propagation("private", MS_PRIVATE, "Later mounts stay on their side (default)"),
  ...propagation("slave", MS_SLAVE, "Mounts made below the source on the host appear inside as well"),
  ...propagation("shared", MS_SHARED, "And those made inside on the host; not in a user namespace"),
  ...propagation("unbindable", MS_UNBINDABLE, "Private, and cannot be bound again"),
  { name: "idmap", idmap: true, help: "Owners are mapped as ids are; root with a user namespace only" },
  { name: "try", optional: true, help: "Skipped where the source is absent" },
];

/** What some options say together. */
export interface MountChoice {
  readonly set: number;
  readonly clear: number;
  readonly recursive: boolean;
  readonly propagation: number;
  /** The propagation was asked for by name. */
  readonly propagationNamed: boolean;
  readonly idmap: boolean;
  readonly optional: boolean;
}

/** The choice that `set` attributes and nothing else are. */
export const choiceOf = (set: number): MountChoice => ({
  set,
  clear: 0,
  recursive: true,
  propagation: MS_PRIVATE,
  propagationNamed: false,
  idmap: false,
  optional: false,
});

/** The choice, and one option more: what it says wins over what was said before. */
export function choose(choice: MountChoice, option: MountOption): MountChoice {
  const { set = 0, clear = 0 } = option;
  return {
    set: (choice.set & ~clear) | set,
    clear: (choice.clear & ~set) | clear,
    recursive: option.recursive ?? choice.recursive,
    propagation: option.propagation ?? choice.propagation,
    propagationNamed: choice.propagationNamed || option.propagation !== undefined,
    idmap: choice.idmap || option.idmap === true,
    optional: choice.optional || option.optional === true,
  };
}

/** 1 to a line, for the help. */
export const mountOptionsHelp = (): string =>
  MOUNT_OPTIONS.map(({ name, help }) => `  ${name.padEnd(12)} ${help}`).join("\n");
