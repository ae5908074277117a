/** `nsbox exec` in containers that are kept. Judge: the container's own first process. */
import { describe, expect, test } from "bun:test";
import { type Home, home } from "./homes.ts";
import { forEveryone, outcome, until } from "./support.ts";
import { tree } from "./trees.ts";

/** A container "web", until `body` is done. */
async function withWeb(own: Home, body: (id: string) => Promise<void>, ...options: string[]): Promise<void> {
  const root = tree(own.who);
  const { out, err, status } = await own.nsbox(
    "run",
    "-q",
    "-d",
    "--name",
    "web",
    ...options,
    root,
    "sleep",
    "60",
  );
  expect({ err, status }).toEqual({ err: "", status: 0 });
  try {
    await body(out.trim());
  } finally {
    await own.nsbox("rm", "-f", "web");
  }
}

describe("a kept container", () => {
  forEveryone((who) => {
    test("is entered by its name, by its id, and by the beginning of that", async () => {
      const own = await home(who);
      await withWeb(
        own,
        async (id) => {
          const look = (word: string, file: string) =>
            own.nsbox(
              "exec",
              word,
              "grep",
              "-E",
              "^(Uid|Cap...|NoNewPrivs|Seccomp_filters):",
              `/proc/${file}/status`,
            );
          for (const word of ["web", id, id.slice(0, 6)]) {
            const [mine, first] = [await look(word, "self"), await look(word, "1")];
            expect([word, mine.out, mine.err]).toEqual([word, first.out, ""]);
            expect((await own.nsbox("exec", word, "sh", "-c", "echo $COLOUR; pwd")).out).toBe(
              "green\n/bin\n",
            );
          }
        },
        ...["-e", "COLOUR=green", "-w", "/bin", "--cap-drop", "SETUID"],
      );
    });

    test("gives a command a terminal of its /dev/pts, with -t", async () => {
      const own = await home(who);
      await withWeb(own, async () => {
        const { out, err, status } = await own.nsbox(
          "exec",
          "-t",
          "web",
          "sh",
          "-c",
          "tty; stty size; exit 3",
        );
        expect({ err, status }).toEqual({ err: "", status: 3 });
        expect(out).toMatch(/^\/dev\/pts\/\d+\r\n\d+ \d+\r\n$/);
        expect((await own.nsbox("exec", "-td", "web", "true")).err).toMatch(/contradict each other/);
      });
    });

    test("brings its plan to processes that are not its first one, also below an init", async () => {
      const own = await home(who);
      for (const options of [[], ["--init"]]) {
        const look = async () => {
          expect((await own.nsbox("exec", "-d", "web", "sleep", "61")).status).toBe(0);
          const { out } = await own.nsbox("top", "web");
          const pid = /^ *\D*?(\d+) .*sleep 61/m.exec(out)?.[1];
          if (pid === undefined) throw new Error(out);
          expect((await own.nsbox("exec", pid, "sh", "-c", "echo $COLOUR")).out).toBe("green\n");
        };
        await withWeb(own, look, "-e", "COLOUR=green", ...options);
      }
    });

    test("that has ended is not entered, and is said to have ended", async () => {
      const own = await home(who);
      await withWeb(own, async () => {
        const other = own.start("exec", "web", "sleep", "61");
        await until("the command", async () =>
          (await own.nsbox("exec", "web", "ps", "-e", "-o", "args=")).out.includes("sleep 61"),
        );
        await own.nsbox("kill", "-s", "KILL", "web");
        expect((await outcome(other)).status).toBe(137);
        await own.nsbox("wait", "web");
        const { err, status } = await own.nsbox("exec", "web", "true");
        expect(status).toBe(125);
        expect(err).toBe(
          'error: Cannot enter container "web"\n  cause: it has ended\n  hint:  `nsbox restart web` starts it again\n',
        );
      });
    });
  });
});
