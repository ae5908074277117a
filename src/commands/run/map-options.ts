/** Options that say how a user namespace maps ids. */
import type { MapChoice } from "../../sandbox/identity/request.ts";

/** Those without ranges, and what each chooses. */
export const MAP_CHOICES: Readonly<Record<string, MapChoice>> = {
  "map-root": "root",
  "map-current": "current",
  "map-auto": "auto",
  "no-map": "none",
};

/** All of them: each asks for a user namespace where no kind is named. */
export const MAP_OPTIONS: readonly string[] = [...Object.keys(MAP_CHOICES), "uid-map", "gid-map"];
