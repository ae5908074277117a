/** Writes that can be taken back: every path that is created is remembered. A dry run writes nothing. */
import { chmodSync, renameSync, rmdirSync, unlinkSync } from "node:fs";
import { errnoOf, failed } from "../files/failure.ts";
import { parentOf } from "../files/paths.ts";
import { Temporaries } from "./temporary.ts";

/** What one run creates and replaces. */
export class Writer {
  readonly #dryRun: boolean;
  readonly #created: string[] = [];
  readonly #temporaries = new Temporaries();
  /** Directories whose mode would have kept us out. */
  readonly #closing: (readonly [path: string, mode: number])[] = [];

  constructor(dryRun: boolean) {
    this.#dryRun = dryRun;
  }

  /**
   * Creates something at `path`, which is absent. Where another run into the same tree was quicker, and what
   * it made `isSame`, that is as good, and its to remove.
   */
  create(path: string, how: (path: string) => void, isSame: (path: string) => boolean): void {
    if (this.#dryRun) return;
    try {
      how(path);
    } catch (error) {
      if (errnoOf(error) === "EEXIST" && isSame(path)) return;
      throw failed(`Cannot create "${path}"`, error);
    }
    this.#created.push(path);
  }

  /** Writes beside `path` and renames: nobody ever sees half a file, and what runs from there keeps its own. */
  put(path: string, isNew: boolean, how: (temporary: string) => void): void {
    if (this.#dryRun) return;
    const temporary = this.#temporaries.in(parentOf(path));
    try {
      how(temporary);
      renameSync(temporary, path);
    } catch (error) {
      this.#created.push(temporary);
      throw failed(`Cannot write "${path}"`, error);
    }
    if (isNew) this.#created.push(path);
  }

  /** Has the directory `path` get its `mode` when all is in it. */
  closeLater(path: string, mode: number): void {
    if (!this.#dryRun) this.#closing.push([path, mode]);
  }

  /** Ends a run that went well. */
  end(): void {
    for (const [path, mode] of this.#closing.reverse()) chmodSync(path, mode);
  }

  /** Removes what was created. */
  undo(): void {
    for (const path of this.#created.reverse()) {
      try {
        unlinkSync(path);
      } catch (error) {
        if (errnoOf(error) !== "ENOENT") removeDirectory(path);
      }
    }
  }
}

function removeDirectory(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Someone else put something there: theirs to remove.
  }
}
