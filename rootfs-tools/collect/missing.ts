/** Libraries that were not found: of programs they make one error, of other objects notes. */
import { NsboxError } from "../../src/util/errors.ts";
import type { Missing } from "../load/load.ts";

/** Everything that is missing. */
export class MissingLibraries {
  readonly ofPrograms: Missing[] = [];
  /** Names to the objects that would load them. */
  readonly #ofOthers = new Map<string, string[]>();

  /** Takes note of what an object lacks that is no program. */
  addOther({ name, by }: Missing): void {
    const objects = this.#ofOthers.get(name) ?? [];
    if (!objects.includes(by.path)) objects.push(by.path);
    this.#ofOthers.set(name, objects);
  }

  /** What other objects lack, in words. */
  *notes(): Generator<string> {
    for (const [name, objects] of this.#ofOthers) {
      const more = objects.length > 1 ? ` and ${objects.length - 1} more` : "";
      yield `"${name}" is not here, which "${objects[0]}"${more} would load`;
    }
  }

  /** Throws NsboxError where a program lacks something. */
  complain(): void {
    const [first, ...others] = this.ofPrograms;
    if (first === undefined) return;
    const places = first.tried.map(({ path, rule }) => `"${path}" (${rule})`);
    const also = others.map(({ name, by }) => `"${name}", needed by "${by.path}"`);
    const causes = [`looked in ${[...new Set(places)].join(", ")}`];
    if (first.tried.length === 0) causes[0] = "no place to look in";
    if (also.length > 0) causes.push(`also missing: ${[...new Set(also)].join("; ")}`);
    throw new NsboxError(`Cannot find the library "${first.name}" that "${first.by.path}" needs`, {
      cause: causes.join("; "),
      code: "missing-library",
    });
  }
}
