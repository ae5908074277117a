/** `nsbox net graph`: the networks of this machine as a picture. */
import type { Parsed } from "../../cli/command.ts";
import { note } from "../../cli/log.ts";
import { countOf } from "../../cli/units.ts";
import { type NetworkView, pairsOf } from "../../net/topology.ts";
import { discover } from "../../ns/discover.ts";
import { readConfig } from "../../runtime/containers/config.ts";
import { openPlace } from "../../runtime/containers/place.ts";
import { listNetworks, openNetworks } from "../../runtime/networks/place.ts";
import { surveyNetworks } from "../../runtime/networks/survey.ts";
import { UsageError } from "../../util/errors.ts";
import { headOf } from "../../view/draw/head.ts";
import { type Facts, factsOf } from "../../view/graph/facts.ts";
import { type NetworkWords, networkGraph } from "../../view/network/graph.ts";
import { checkTerminal, chooseFormat, type Format, printText, writeWhole } from "../graph/output.ts";

/** Draws it, and writes it where the options say. */
export async function run(input: Parsed, words: readonly string[]): Promise<number> {
  if (words.length > 0) throw new UsageError(`Too many words: "${words[0]}"`, "nsbox net graph");
  const file = input.value("output");
  const open = input.has("open");
  const isPrinted = !open && (file === undefined || file === "-");
  if (open && file === "-") {
    throw new UsageError("What goes to standard output cannot be opened", "Leave out -o -");
  }
  const format = chooseFormat(
    input.value("format") ?? (input.has("json") ? "json" : undefined),
    file,
    open ? "html" : "svg",
  );
  if (isPrinted) checkTerminal(format);
  const snapshot = discover();
  const views = surveyNetworks(snapshot);
  const text = await render(factsOf(snapshot), views, format);
  if (isPrinted) printText(text);
  else if (file !== undefined) writeWhole(file, text);
  const unread = Map.groupBy(
    views.filter(({ error }) => error !== null),
    ({ error }) => error,
  );
  for (const [why, { length }] of unread) {
    await note(`The devices of ${countOf(length, "network namespace")} could not be read: ${why}`);
  }
  if (!open) return 0;
  const { openInBrowser, writePrivately } = await import("../graph/open.ts");
  const { resolve } = await import("node:path");
  await openInBrowser(file === undefined ? writePrivately(`networks.${format}`, text) : resolve(file));
  return 0;
}

async function render(facts: Facts, views: readonly NetworkView[], format: Format): Promise<string> {
  const graph = networkGraph(facts, views, ownWords());
  const { title } = headOf(facts, graph.by);
  switch (format) {
    case "svg":
    case "html": {
      const { drawSvg } = await import("../../view/draw/svg.ts");
      const svg = drawSvg(facts, graph);
      return format === "svg" ? svg : (await import("../../view/network/page.ts")).stillPage(svg, title);
    }
    case "dot":
      return (await import("../../view/formats/dot.ts")).toDot(graph, title);
    case "mermaid":
      return (await import("../../view/formats/mermaid.ts")).toMermaid(graph, title);
    case "json":
      return (await import("../../view/formats/json.ts")).toJson(facts.snapshot, graph, {
        networks: views,
        pairs: pairsOf(views),
      });
  }
}

/** Names of nsbox's own networks, and the ports of its own containers. */
function ownWords(): NetworkWords {
  const networks = openNetworks();
  const known = networks === undefined ? [] : listNetworks(networks).networks;
  const bridges = new Map(known.map(({ file }) => [`${file.namespace} ${file.bridge}`, file.name]));
  const place = openPlace();
  return {
    networkOf: (netns, bridge) => bridges.get(`net:[${netns}] ${bridge}`),
    portsOf: (id) => (place === undefined ? [] : (readConfig(`${place.containers}/${id}`)?.ports ?? [])),
  };
}
