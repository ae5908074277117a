/** The options of the command's network. */
import type { Flag } from "../../cli/command.ts";

/** The table, in the order of the help. */
export const networkFlags = (): readonly Flag[] => [
  { long: "network", value: "MODE", group: "Network", help: "pasta or slirp4netns" },
  { long: "publish", value: "PORT", multiple: true, group: "Network", help: "Publish a port" },
];
