/** What `nsbox help` explains besides the commands. The man pages take the same texts. */

/** A subject with a text of its own; paragraphs as in a command's description. */
export interface Topic {
  /** One line for the list, no full stop. */
  readonly summary: string;
  readonly text: string;
}

/** Exit statuses by the command's own failure status. */
export const EXIT_STATUS: Readonly<Record<1 | 125, string>> = {
  1: `  0      it succeeded
  1      it failed
  2      it was called wrongly`,
  125: `  0-124  the program's own status
  125    nsbox failed, or was called wrongly; the program did not run
  126    the program cannot be executed
  127    the program was not found
  128+n  signal number n ended the program`,
};

/** Topics by name. */
export const TOPICS = {
  "exit-codes": {
    summary: "What the exit status tells",
    text: `\`nsbox run\` hands on the status of the program it runs:

${EXIT_STATUS[125]}

A program may itself end with any of these; where the status is nsbox's own, it prints an error.

All other commands:

${EXIT_STATUS[1]}`,
  },
  environment: {
    summary: "The environment variables that nsbox heeds",
    text: `  NO_COLOR         when set and not empty: no colours
  CLICOLOR_FORCE   when set and not 0: colours, terminal or not
  TERM             when it is dumb: no colours
  LC_ALL, LC_CTYPE, LANG
                   the first that is not empty: where it names no UTF-8, tables
                   and trees are printed in ASCII
  NSBOX_LOG        debug: tell where an internal error came from
  XDG_RUNTIME_DIR  where an ordinary user's containers are kept, and a record
                   of the mount points that runs made (else in /tmp)
  PATH             where build-rootfs looks programs up
  SOURCE_DATE_EPOCH
                   in seconds since 1970: no file that build-rootfs
                   writes is newer
  SHELL            what nsbox shell runs
  BROWSER          what graph --open shows the page with (else xdg-open)
  SUDO_UID, SUDO_GID
                   whose browser that is, where root opens it
  TMPDIR           where that page is kept (else in /tmp)

--color stands above all of these, and NO_COLOR above CLICOLOR_FORCE.`,
  },
  limits: {
    summary: "How much a container may use, and how to see what it does",
    text: `The kernel limits a container by its cgroups, whichever version this machine has:

  nsbox run --memory 100m --cpus 0.5 --pids-limit 50 ROOTFS COMMAND
  nsbox run -d --name web --memory 1.5g --io-max /dev/sda:wbps=10m ROOTFS COMMAND
  nsbox stats                                what each container uses
  nsbox update --memory 2g --cpus -1 web     other limits; -1 is none
  nsbox pause web; nsbox resume web          no processor time for a while
  nsbox events                               who ran out of memory, and when

\`nsbox run --help\` explains the options under "Limits of the whole container". Bytes are written 4096, 100m, 1.5g, or 50% of the machine's.

A limit that cannot be set is an error. An ordinary user needs a cgroup to make others in: where there is none the error says what root has to type.`,
  },
  networks: {
    summary: "How containers reach each other and the outside, and are reached",
    text: `Whoever says nothing about the network has loopback alone, or the host's network where kinds of namespaces are named without -n. Otherwise:

  nsbox net create web                                as root: a bridge
  nsbox run -d --name db --network web ROOTFS …       is found as db
  nsbox run --network web --publish 8080:80 ROOTFS …  at localhost:8080
  nsbox run --network pasta ROOTFS COMMAND            a way out without root
  nsbox run --network host ROOTFS COMMAND             the host's network
  nsbox run --network container:db ROOTFS COMMAND     another container's
  nsbox run -N net1 ROOTFS COMMAND                    as \`ip netns\` names it
  nsbox net ls; nsbox net inspect web                 what there is, who on it
  nsbox net rm web                                    nothing of it stays

\`nsbox run --help\` explains the options under "Network", \`nsbox net --help\` and \`nsbox netns --help\` the commands.`,
  },
} as const satisfies Readonly<Record<string, Topic>>;
