/**
 * Files on their way to their names. What a killed run left is told by its name, which holds the PID and the
 * PID namespace that it counts in, and goes with the next run that writes in the same directory.
 */
import { existsSync, readdirSync, readlinkSync, unlinkSync } from "node:fs";
import { errnoOf } from "../files/failure.ts";

const PREFIX = ".nsbox";

/** Names for one run's temporary files. */
export class Temporaries {
  readonly #namespace = /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "";
  readonly #swept = new Set<string>();
  #count = 0;

  /** A path in `directory` that nobody else uses; what killed runs left there is removed first. */
  in(directory: string): string {
    if (!this.#swept.has(directory)) {
      this.#swept.add(directory);
      this.#sweep(directory);
    }
    return `${directory}/${PREFIX}-${this.#namespace}-${process.pid}-${++this.#count}`;
  }

  #sweep(directory: string): void {
    const ours = new RegExp(`^\\${PREFIX}-${this.#namespace}-(\\d+)-\\d+$`);
    try {
      for (const name of readdirSync(directory)) {
        const pid = ours.exec(name)?.[1];
        if (pid !== undefined && !existsSync(`/proc/${pid}`)) unlinkSync(`${directory}/${name}`);
      }
    } catch (error) {
      // Not readable, or somebody was quicker: what cannot be swept stays.
      if (errnoOf(error) === "") throw error;
    }
  }
}
