/** The options of `nsbox run` on ports that lead inside, and on names. Called when nsbox is built. */
import type { Flag } from "../../cli/command.ts";

/** The rows, in the order of the help, for the heading `group`. */
export const portFlags = (group: string): readonly Flag[] => [
  {
    long: "publish",
    value: "[ADDR:]PORT:PORT[/udp]",
    multiple: true,
    group,
    help: "Let a port of the host lead to one of the container's",
    text: "The host's stands first. Without ADDR only the host itself reaches it, at 127.0.0.1 and ::1; 0.0.0.0 and [::] are all addresses of a family. Ranges go together: 8000-8003:80-83. Port 0 of the host, or none (--publish 80), is one that is free, and is printed. The letter -p is the PID namespace.",
  },
  {
    long: "dns",
    value: "ADDR",
    multiple: true,
    group,
    help: "Ask this server for names that are no container's, instead of the host's",
    text: 'Inside, 127.0.0.11 answers for the containers of its networks and hands on all else. "none": nothing does, and /etc/resolv.conf is that of ROOTFS.',
  },
  {
    long: "dns-search",
    value: "DOMAIN",
    multiple: true,
    group,
    help: 'Search names in this domain, instead of the host\'s; ".": in none',
  },
  {
    long: "dns-option",
    value: "OPTION",
    multiple: true,
    group,
    help: "Put an option of resolv.conf(5) into /etc/resolv.conf",
  },
  {
    long: "add-host",
    value: "NAME:IP",
    multiple: true,
    group,
    help: "Add a line to /etc/hosts; host-gateway stands for the host's address on the network",
  },
];
