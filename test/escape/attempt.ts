/** One attempt at one way out, and whether it got out. */
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { call, NSBOX, type Outcome, type Person, ROOT, SCRATCH } from "../e2e/support.ts";
import { newTree } from "../e2e/trees.ts";
import { FOLDERS, PROGRAMS } from "./compile.ts";
import { IMAGES } from "./images.ts";
import type { Way } from "./way.ts";
import { commandLine, filled, type Places, STARTED } from "./words.ts";

/** What came of an attempt: all runs of it, and whether one of them got out. */
export interface Attempt {
  readonly hit: boolean;
  /** Whether the command ran in every run. */
  readonly started: boolean;
  readonly outcomes: readonly Outcome[];
}

/** A place to try one way out in: a root filesystem, and a secret outside of it. */
export class Site {
  readonly #way: Way;
  readonly #who: Person;
  readonly #places: Places;

  constructor(way: Way, who: Person, name: string) {
    this.#way = way;
    this.#who = who;
    const folder = join(SCRATCH, `escape/way-${name}`);
    const secret = `nsbox-secret-${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "secret"), `${secret}\n`);
    chmodSync(folder, 0o755);
    chownSync(folder, who.uid, who.uid);
    const tree = newTree(who);
    Bun.spawnSync(["cp", "-al", FOLDERS.programs, join(tree, "ways")]);
    mkdirSync(join(tree, "mnt"));
    this.#places = { ...FOLDERS, secret, folder, tree, uid: who.uid, launcher: NSBOX, try: "" };
    if (way.image !== undefined) this.#script(IMAGES[way.image].script);
  }

  #script(script: string): void {
    const argv = filled(["bash", "-ec", script], this.#places);
    const { exitCode, stderr } = Bun.spawnSync(argv, { stderr: "pipe" });
    if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr}`);
  }

  /** Tries it, unprotected or under `nsbox run OPTIONS`. */
  attempt(options: readonly string[] | "control"): Promise<Attempt> {
    const { tries } = this.#way;
    return this.#all(options, options === "control" ? [tries?.control ?? ""] : (tries?.nsbox ?? [""]));
  }

  async #all(options: readonly string[] | "control", tries: readonly string[]): Promise<Attempt> {
    const outcomes: Outcome[] = [];
    for (const word of tries) {
      outcomes.push(await this.#once(options, word));
      if (this.#isHit(outcomes.at(-1)!)) break;
    }
    return {
      hit: outcomes.some((outcome) => this.#isHit(outcome)),
      started: outcomes.every(({ out }) => out.includes(STARTED)),
      outcomes,
    };
  }

  async #once(options: readonly string[] | "control", word: string): Promise<Outcome> {
    rmSync(join(this.#places.folder, "hit"), { recursive: true, force: true });
    const launcher = this.#launcher(options);
    const places = { ...this.#places, try: word, launcher };
    return call(ROOT, commandLine(this.#way, places, this.#who.prefix, PROGRAMS, options));
  }

  /** A copy where the attack is on that very file. */
  #launcher(options: readonly string[] | "control"): string {
    const own = options === "control" ? join(FOLDERS.outside, "careless") : NSBOX;
    if (this.#way.outside !== "the launcher's file") return own;
    const copy = join(this.#places.folder, "launcher");
    rmSync(copy, { force: true });
    copyFileSync(own, copy);
    chmodSync(copy, 0o755);
    chownSync(copy, this.#who.uid, this.#who.uid);
    return copy;
  }

  #isHit({ out }: Outcome): boolean {
    return this.#way.proof === "reads"
      ? out.includes(this.#places.secret)
      : existsSync(join(this.#places.folder, "hit"));
  }

  /** Takes both away. */
  [Symbol.dispose](): void {
    rmSync(this.#places.folder, { recursive: true, force: true });
    rmSync(this.#places.tree, { recursive: true, force: true });
  }
}
