/** What was typed about users, groups and maps. */
import type { Parsed } from "../../cli/command.ts";
import type { IdentityRequest } from "../../sandbox/identity/request.ts";
import { UsageError } from "../../util/errors.ts";
import { MAP_CHOICES } from "./map-options.ts";

/** @throws UsageError where two ways to map contradict each other. */
export function readIdentity(input: Parsed): IdentityRequest {
  const chosen = Object.keys(MAP_CHOICES).filter((long) => input.has(long));
  if (chosen.length > 1) {
    throw new UsageError(`Options "--${chosen[0]}" and "--${chosen[1]}" contradict each other`);
  }
  const map = MAP_CHOICES[chosen[0] ?? ""];
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
