/** THE table of what `--network` takes besides the name of a network. */

/** Words with a meaning of their own: no network is called so. */
export const MODES = {
  none: "Loopback only, as without the option",
  host: "The host's network",
  pasta: "A way out by pasta, without root",
  slirp4netns: "The same by slirp4netns",
} as const;

/** `--network` asks for a program that needs no root. */
export const isUserMode = (word: string): word is "pasta" | "slirp4netns" =>
  word === "pasta" || word === "slirp4netns";

/** What begins with one of these names something else than a network. */
export const PREFIXES = {
  "container:":
    "The network of another container, by its name or id; an ordinary user gets its user namespace too",
  "ns:": "The network namespace at a path, or of a name that ip-netns(8) gave",
} as const;

/** Options about names: with the host's network too. */
export const NAME_OPTIONS = ["dns", "dns-search", "dns-option", "add-host"] as const;

/** Options by which the command gets devices. */
export const DEVICE_OPTIONS = ["interface", "macvlan", "ovs"] as const;

/** One of them. */
export type DeviceOption = (typeof DEVICE_OPTIONS)[number];

/** Words that are no network's name, those that are kept for what is to come included. */
export const RESERVED: readonly string[] = [...Object.keys(MODES), "bridge", "default"];

/** The command is in a network namespace that is there already. */
export const isSharing = (word: string): boolean =>
  word === "host" || Object.keys(PREFIXES).some((prefix) => word.startsWith(prefix));
