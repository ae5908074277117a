/** The lines of /proc/PID/cgroup, see cgroups(7). */

/** The group of one hierarchy that a process is in. */
export interface Membership {
  /** Of v1; a hierarchy without any has its name: `name=systemd`. Empty for v2. */
  readonly controllers: readonly string[];
  /** As the reader's cgroup namespace shows it. */
  readonly path: string;
}

/** All groups of a process. */
export function parseMemberships(text: string): Membership[] {
  const found: Membership[] = [];
  for (const line of text.split("\n")) {
    // `NUMBER:CONTROLLERS:PATH`; a path may hold colons too.
    const first = line.indexOf(":") + 1;
    const second = line.indexOf(":", first);
    if (first === 0 || second < 0) continue;
    const controllers = line.slice(first, second);
    found.push({
      controllers: controllers === "" ? [] : controllers.split(","),
      path: line.slice(second + 1),
    });
  }
  return found;
}

/** Both speak of the same hierarchy. */
export const sameHierarchy = (a: Membership, b: Membership): boolean =>
  a.controllers.join() === b.controllers.join();
