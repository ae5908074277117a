/** A terminal with a program on it, driven as a person would: type, and wait for what it shows. */
import { readlinkSync } from "node:fs";
import { Screen } from "./screen.ts";
import { CALLER_ENV, NSBOX, type Person } from "./support.ts";
import { processState } from "./traces.ts";

/** Control characters as the keys type them. */
export const KEYS = { interrupt: "\x03", suspend: "\x1a", quit: "\x1c", endOfFile: "\x04" };

export class Session implements AsyncDisposable {
  readonly process: Bun.Subprocess;
  readonly screen = new Screen();

  /** Opens a terminal on which `who` runs `argv`; `$NSBOX` is the executable. */
  constructor(who: Person, argv: readonly string[]) {
    this.process = Bun.spawn([...who.prefix, ...argv], {
      cwd: "/",
      env: { ...CALLER_ENV, NSBOX, PS1: "outer> " },
      terminal: { data: (_, bytes) => this.screen.feed(bytes) },
    });
  }

  /** An interactive bash without anybody's start-up files. */
  static shell(who: Person): Session {
    return new Session(who, ["bash", "--norc", "--noprofile", "--noediting", "-i"]);
  }

  type(text: string): void {
    this.process.terminal!.write(text);
  }

  /** Types a line, once the terminal shows `prompt`. */
  async line(text: string, prompt = "outer> "): Promise<void> {
    await this.screen.shows(prompt);
    this.type(`${text}\n`);
  }

  /** The process group in the foreground, as the kernel tells. */
  get foreground(): number {
    return Number(processState(this.process.pid)?.fields[5]);
  }

  /** The terminal's modes, as stty(1) writes them. */
  get modes(): string {
    const device = readlinkSync(`/proc/${this.process.pid}/fd/0`);
    return Bun.spawnSync(["stty", "-F", device, "-a"]).stdout.toString();
  }

  /** Hangs up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.process.terminal!.close();
    this.process.kill("SIGKILL");
    await this.process.exited;
  }
}
