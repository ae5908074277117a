/** The words above a picture. */
import type { Hierarchy } from "../../ns/forest.ts";
import { countWords, type Facts } from "../graph/facts.ts";

/** What stands above a picture. */
export function headOf(
  { snapshot }: Facts,
  by: Hierarchy | "network",
): { readonly title: string; readonly sub: string } {
  const { host, taken, namespaces, processes, containers } = snapshot;
  const nets = namespaces.filter(({ kind }) => kind === "net").length;
  const counts = [
    by === "network" ? countWords(nets, "network namespace") : countWords(namespaces.length, "namespace"),
    countWords(processes.length, "process", "processes"),
    ...(containers.length > 0 ? [countWords(containers.length, "container")] : []),
  ];
  const time = taken.begin.replace("T", " ").replace(/\.\d+Z$|Z$/, " UTC");
  const { missing } = snapshot.gaps;
  const gaps = missing.length === 0 ? "" : ` · not all could be read, for want of ${missing.join(", ")}`;
  return {
    title: by === "network" ? `Networks of ${host.name}` : `Namespaces of ${host.name} by ${by}`,
    sub: `${counts.join(", ")} · ${time} · Linux ${host.kernel}${gaps}`,
  };
}
