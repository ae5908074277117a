/** Which family each option of `nsbox run` belongs to. Called when nsbox is built. */
import type { Flag } from "../../cli/command.ts";
import { identityFlags } from "./identity-flags.ts";
import { initFlags } from "./init-flags.ts";
import { lifeFlags } from "./life-flags.ts";
import { limitFlags } from "./limit-flags.ts";
import { mountFlags } from "./mount-flags.ts";
import { networkFlags } from "./network-flags.ts";
import { securityFlags } from "./security-flags.ts";

/** A family is what is loaded together: see `./parts.ts`. */
export type Family = "identity" | "mounts" | "security" | "life" | "init" | "limits" | "network";

const FAMILIES: Readonly<Record<Family, readonly Flag[]>> = {
  identity: identityFlags(),
  mounts: mountFlags(),
  security: securityFlags(),
  life: lifeFlags(),
  init: initFlags(),
  limits: limitFlags(),
  network: networkFlags(),
};

/** Family by long option. */
export const groupsOf = (): Readonly<Record<string, Family>> =>
  Object.fromEntries(
    Object.entries(FAMILIES).flatMap(([family, flags]) => flags.map(({ long }) => [long, family as Family])),
  );
