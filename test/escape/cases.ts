/** What has to be tried about a way out, and what has to come of it. */
import { type Person, ROOT, USER } from "../e2e/support.ts";
import { opens, type Way, without } from "./way.ts";

/** One attempt, and whether it has to get out. */
export interface Case {
  /** The end of a sentence that begins with the way's name. */
  readonly title: string;
  readonly who: Person;
  /** Options of `nsbox run` besides those that the attack starts from, or no nsbox at all. */
  readonly options: readonly string[] | "control";
  readonly out: boolean;
}

/** All cases of a way, the control first. */
export function casesOf(way: Way): Case[] {
  const cases: Case[] = [
    { title: `gets out of a control: ${way.control}`, who: ROOT, options: "control", out: true },
  ];
  for (const who of [ROOT, USER]) {
    if (who === USER && typeof way.rootless === "object") continue;
    cases.push({ title: `is held by nsbox: ${who.name}`, who, options: [], out: false });
    cases.push(...(who === USER && way.rootless !== "as root" ? heldByKernel(way) : layerCases(way, who)));
  }
  return cases;
}

/** That the kernel refuses an ordinary user even where nsbox does not. */
function heldByKernel(way: Way): Case[] {
  if (!opens(way)) return [];
  const title = `is held by the kernel with every layer off: ${USER.name}`;
  return [{ title, who: USER, options: without(way.layers), out: false }];
}

/** That all layers together refuse, and each alone. */
function layerCases(way: Way, who: Person): Case[] {
  const names = way.layers.map(({ name }) => name).join(", ");
  const cases: Case[] = [];
  if (opens(way)) {
    const title = `gets out of nsbox without ${names}: ${who.name}`;
    cases.push({ title, who, options: without(way.layers), out: true });
  } else if (way.layers.length === 1) {
    const title = `is held by ${names} with --privileged: ${who.name}`;
    cases.push({ title, who, options: ["--privileged"], out: false });
  }
  if (way.layers.length > 1)
    for (const layer of way.layers) {
      const others = way.layers.filter((other) => other !== layer);
      const title = `is held by ${layer.name} alone: ${who.name}`;
      cases.push({ title, who, options: without(others), out: false });
    }
  return cases;
}
