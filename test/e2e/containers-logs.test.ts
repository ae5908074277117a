/** `nsbox logs`: what was written, byte for byte, from a log as the supervisor writes it. */
import { expect, test } from "bun:test";
import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { EXITED, type Home, home, put, running } from "./homes.ts";
import { Screen } from "./screen.ts";
import { NSBOX, start, statusOf, USER } from "./support.ts";

const ID = "aaaaaaaaaaa1";
const SECONDS = Array.from({ length: 10 }, (_, at) => `2026-01-01T00:00:0${at}.000000001Z`);

/** Ten lines on both streams in turns. */
const LINES = SECONDS.map((time, at) => `${time} ${at % 2 ? "stderr" : "stdout"} F line ${at}\n`).join("");

async function withLog(log: string | Uint8Array, older?: string): Promise<Home> {
  const own = await home(USER);
  const files = older === undefined ? { log } : { log, "log.1": older };
  put(own, { id: ID, name: "c", status: EXITED, files });
  return own;
}

/** A log that is followed. */
async function followed(log: string, ...options: string[]) {
  const own = await home(USER);
  const directory = put(own, { id: ID, name: "c", status: running(), locked: true, files: { log } });
  const process = own.start("logs", "-f", ...options, "c");
  const screen = new Screen();
  const ended = (async () => {
    for await (const bytes of process.stdout) screen.feed(bytes);
    await process.exited;
    return { out: screen.text, status: statusOf(process) };
  })();
  const append = (text: string) => appendFileSync(`${directory}/log`, text);
  const rotate = () => {
    renameSync(`${directory}/log`, `${directory}/log.1`);
    writeFileSync(`${directory}/log`, "");
  };
  const end = () => {
    writeFileSync(`${directory}/status.new`, EXITED);
    renameSync(`${directory}/status.new`, `${directory}/status`);
  };
  return { process, screen, ended, append, rotate, end };
}

const line = (text: string, tag = "F", stream = "stdout"): string =>
  `${SECONDS[0]} ${stream} ${tag} ${text}\n`;

test("each stream comes out where it went in, the older file first", async () => {
  const own = await withLog(LINES, line("oldest") + line("old error", "F", "stderr"));
  const { out, err } = await own.nsbox("logs", "c");
  expect(out).toBe("oldest\nline 0\nline 2\nline 4\nline 6\nline 8\n");
  expect(err).toBe("old error\nline 1\nline 3\nline 5\nline 7\nline 9\n");
});

test("lines that were cut are put together, and no newline is added that was not written", async () => {
  const log =
    line("one ", "P") + line("E1 ", "P", "stderr") + line("line", "F") + line("") + line("end", "P");
  const own = await withLog(log);
  const { out, err } = await own.nsbox("logs", "c");
  expect({ out, err }).toEqual({ out: "one line\n\nend", err: "E1 " });
});

test("bytes that are no text are what they were", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at).filter((byte) => byte !== 10);
  const own = await withLog(
    Buffer.concat([Buffer.from(`${SECONDS[0]} stdout F `), bytes, Buffer.from("\n")]),
  );
  const process = start(own.who, [NSBOX, "logs", "c"], { env: own.env });
  expect([...(await process.stdout.bytes())]).toEqual([...bytes, 10]);
});

test("what a crash cut short is passed over", async () => {
  const own = await withLog(
    `${SECONDS[0]} std\n${SECONDS[0]} stdout F\nx\n\0\0\0${line("whole")}${line("whole")}2026-01-01T`,
  );
  expect((await own.nsbox("logs", "c")).out).toBe("whole\n");
});

test("a log that could not be written says how much is missing", async () => {
  const own = await withLog(
    `${line("a")}${SECONDS[1]} nsbox F 17 bytes of the log could not be written\n${line("b")}`,
  );
  const { out, err } = await own.nsbox("logs", "c");
  expect({ out, err }).toEqual({ out: "a\nb\n", err: "note: 17 bytes of the log could not be written\n" });
});

test("--tail, --since, --until, --stream and --timestamps choose", async () => {
  const own = await withLog(LINES);
  const logs = async (...options: string[]) => {
    const { out, err } = await own.nsbox("logs", ...options, "c");
    return [out, err];
  };
  expect(await logs("--tail", "3")).toEqual(["line 8\n", "line 7\nline 9\n"]);
  expect(await logs("--tail", "0")).toEqual(["", ""]);
  expect(await logs("--tail", "99", "--stream", "stderr")).toEqual([
    "",
    "line 1\nline 3\nline 5\nline 7\nline 9\n",
  ]);
  expect(await logs("--since", "2026-01-01T00:00:08Z")).toEqual(["line 8\n", "line 9\n"]);
  expect(await logs("--until", "2026-01-01T00:00:01.5Z")).toEqual(["line 0\n", "line 1\n"]);
  expect(await logs("--since", "1767225609")).toEqual(["", "line 9\n"]);
  expect(await logs("--since", "1h")).toEqual(["", ""]);
  expect(await logs("-t", "-n", "1")).toEqual(["", `${SECONDS[9]} line 9\n`]);
});

test("times, numbers and streams that are none are mistakes", async () => {
  const own = await withLog(LINES);
  for (const option of ["--since=yesterday", "--until=10x", "--tail=-1", "--stream=out"]) {
    expect((await own.nsbox("logs", option, "c")).status).toBe(2);
  }
});

test("-f goes on over a rotation until the end, and loses nothing", async () => {
  const { screen, ended, append, rotate, end } = await followed(line("before"));
  await screen.shows("before\n");
  append(line("cut", "P"));
  await screen.shows("cut");
  append(line(" line").slice(0, 40));
  append(line(" line").slice(40) + line("last of the old"));
  rotate();
  append(line("first of the new"));
  await screen.shows("first of the new\n");
  append(line("the end"));
  end();
  expect(await ended).toEqual({
    out: "before\ncut line\nlast of the old\nfirst of the new\nthe end\n",
    status: 0,
  });
});

test("-f ends when nobody reads any more", async () => {
  const own = await home(USER);
  put(own, { id: ID, name: "c", status: running(), locked: true, files: { log: LINES } });
  const line = '"$@" | head -1';
  const { stdout, exited } = start(own.who, ["bash", "-c", line, "-", NSBOX, "logs", "-f", "c"], {
    env: own.env,
  });
  expect(await stdout.text()).toBe("line 0\n");
  expect(await exited).toBe(0);
});

test("-f with --tail begins with the last lines", async () => {
  const { screen, ended, append, end } = await followed(LINES, "--tail", "1", "--stream", "stdout");
  await screen.shows("line 8\n");
  append(line("more"));
  end();
  expect((await ended).out).toBe("line 8\nmore\n");
});
