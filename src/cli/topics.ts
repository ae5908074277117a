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
} as const satisfies Readonly<Record<string, Topic>>;
