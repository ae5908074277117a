/** What a path inside lies in, as the mounts made so far have it. By name alone: the helper knows better. */

/**
 * `tree`: ROOTFS. `memory`: a filesystem of the run's own, where things are made. `kept`: an overlay, where what
 * is made stays in UPPER. `host`: a bind of the host's. `joined`: another container's. `kernel`: proc, sysfs and
 * their like, where nothing can be made.
 */
export type Place = "tree" | "memory" | "kept" | "host" | "joined" | "kernel";

/** The mounts, and the root below them. */
export class Places {
  readonly #mounts: [path: string, place: Place][] = [];
  readonly #root: Place;

  constructor(root: Place) {
    this.#root = root;
  }

  /** Something is mounted at `path` now. */
  add(path: string, place: Place): void {
    this.#mounts.push([path, place]);
  }

  /** Where `path` lies: the last mount that covers it. */
  find(path: string): Place {
    const covers = this.#mounts.findLast(([mount]) => path === mount || path.startsWith(`${mount}/`));
    return covers?.[1] ?? this.#root;
  }
}
