/** Options of `nsbox run` that say who the command is. */
import type { Flag } from "../../cli/command.ts";

const group = "Users and groups";

/** The rows, in the order of the help. */
export const identityFlags = (): readonly Flag[] => [
  {
    long: "user",
    value: "USER[:GROUP]",
    group,
    help: "Run as this user of ROOTFS, by name or number",
    text: "Names are looked up in ROOTFS's own /etc/passwd and /etc/group. Without GROUP the command gets the account's group and all groups that list the user; a number without an account is its own group. The user has to be mapped where there is a user namespace.",
  },
  {
    long: "group-add",
    value: "GROUP",
    multiple: true,
    group,
    help: "Add a supplementary group of ROOTFS, by name or number",
    text: "The caller's own supplementary groups are given up wherever the kernel lets them be.",
  },
  {
    long: "uid-map",
    short: "M",
    value: "MAP",
    multiple: true,
    group,
    help: 'Map user ids: "INSIDE OUTSIDE [LENGTH]", several parted by commas',
    text: "Names of ROOTFS stand inside, names of the host outside. It asks for a user namespace where no kind is named. Root may map any id, an ordinary user its own and, by newuidmap(1), its subordinate ids (subuid(5)).",
  },
  {
    long: "gid-map",
    short: "G",
    value: "MAP",
    multiple: true,
    group,
    help: "Map group ids, likewise",
    text: "Where an ordinary user maps its own group alone, the kernel wants setgroups(2) denied inside, and so it is; maps written by newgidmap(1) allow it.",
  },
  { long: "map-root", group, help: "Map the caller to root inside, the default of a user namespace" },
  { long: "map-current", group, help: "Map the caller to the same ids inside" },
  {
    long: "map-auto",
    group,
    help: "Map root to the caller, all other ids to the caller's subordinate ones",
    text: "They are those of /etc/subuid and /etc/subgid, and newuidmap(1) maps them. For root every id inside, 0 too, is one of root's subordinate ids: both files need a line for root (root:100000:65536). The owners of ROOTFS are mapped along where the filesystem can: what root owns outside, root owns inside.",
  },
  { long: "no-map", group, help: "Map nothing: the command is nobody, 65534" },
];
