/** Commands made up for the tests, with one option of every kind. */
import type { Command, Flag } from "../../src/cli/command.ts";
import { JSON_FLAG, QUIET } from "../../src/cli/flags.ts";

const kind = (short: string, long: string): Flag => ({
  short,
  long,
  group: "Namespaces",
  help: `Isolate ${long.replace("-ns", "")}`,
});

/** Ends its options at the first word, as `nsbox run` does. */
export const STOP: Command = {
  name: "box",
  usage: "[OPTIONS] ROOTFS COMMAND [ARG…]",
  description: "Boxes a program.\n\nWith more to say in the long help.\n\n  a line\n  that stands as it is",
  flags: [
    kind("p", "pid-ns"),
    kind("m", "mount-ns"),
    kind("n", "net-ns"),
    kind("i", "ipc-ns"),
    kind("U", "user-ns"),
    {
      long: "uts-ns",
      short: "u",
      value: "HOSTNAME",
      optional: true,
      last: true,
      group: "Namespaces",
      help: "Isolate the hostname",
      text: "A `dash-dotted` name.\n\n.starts like a request\n\n  stands as it is",
    },
    { long: "hostname", value: "NAME", help: "Set the hostname" },
    { long: "network", value: "NAME", help: "Join a network" },
    {
      long: "env",
      short: "e",
      value: "NAME=VALUE",
      multiple: true,
      group: "Process",
      help: "Set a variable",
    },
    { long: "tty", short: "t", value: "SIZE", optional: true, group: "Process", help: "Give it a terminal" },
    { long: "no-loopback", help: "Leave the loopback interface down" },
    { long: "secret", value: "WORD", hidden: true, help: "Used between our own processes" },
    QUIET,
  ],
  positionals: "stop",
  examples: [{ line: "nsbox box -pmu zion ./rootfs /bin/sh", text: "A shell that is alone." }],
  failure: 125,
  run: () => 0,
};

/** Takes options anywhere, as `nsbox build-rootfs` does. */
export const MIXED: Command = {
  ...STOP,
  name: "make",
  flags: [...STOP.flags, JSON_FLAG],
  positionals: "mixed",
  failure: 1,
};
