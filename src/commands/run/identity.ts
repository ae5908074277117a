/** What was typed about users, groups and maps. */
import type { Parsed } from "../../cli/command.ts";
import type { IdentityRequest, MapChoice } from "../../sandbox/identity/request.ts";
import { UsageError } from "../../util/errors.ts";

/** The four ways to map without ranges, by their options. */
const CHOICES: Readonly<Record<string, MapChoice>> = {
  "map-root": "root",
  "map-current": "current",
  "map-auto": "auto",
  "no-map": "none",
};

/** @throws UsageError where two ways to map contradict each other. */
export function readIdentity(input: Parsed): IdentityRequest {
  const chosen = Object.keys(CHOICES).filter((long) => input.has(long));
  if (chosen.length > 1) {
    throw new UsageError(`Options "--${chosen[0]}" and "--${chosen[1]}" contradict each other`);
  }
  const map = CHOICES[chosen[0] ?? ""];
  if (map === "none" && input.has("user")) {
    throw new UsageError(
      'Options "--no-map" and "--user" contradict each other',
      "Nobody can become nobody else",
    );
  }
  return {
    map,
    uidMap: input.values("uid-map"),
    gidMap: input.values("gid-map"),
    user: input.value("user"),
    groups: input.values("group-add"),
  };
}
