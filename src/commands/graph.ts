/** `nsbox graph`: the namespaces of the machine as a picture. */
import type { Command, Parsed } from "../cli/command.ts";
import { QUIET } from "../cli/flags.ts";
import { didYouMean, suggest } from "../cli/suggest.ts";
import { HIERARCHIES, type Hierarchy } from "../ns/forest.ts";
import type { KindName } from "../ns/kinds.ts";
import type { Snapshot } from "../ns/model.ts";
import { UsageError } from "../util/errors.ts";
import { checkTerminal, chooseFormat, FORMATS, type Format, printText, writeWhole } from "./graph/output.ts";
import { KIND_FLAG, readKinds } from "./looking/choose.ts";
import { INPUT_FLAG, takeSnapshot } from "./looking/source.ts";

/** `nsbox graph`. */
export const command: Command = {
  name: "graph",
  usage: "[OPTIONS]",
  description: `Draws every namespace of this machine, who owns it, who is in it and what holds it open. An SVG is complete without any script. HTML is one file with zoom, search and details, which needs nothing else and sends nothing; the key "h" there lists the keys. Both have light and dark, and print well.

A solid line leads to the parent, a dashed one to the owner; a dashed box has no process in it. Each kind has a sign of its own shape and letter, so that no colour is needed to tell them apart.

With "--serve" the page is live: what comes, moves and goes is shown as it happens. It listens on 127.0.0.1 only, and shows nothing to whoever does not have the token that stands in the printed address.`,
  listings: [
    {
      title: "Pictures by",
      rows: [
        ["owner", "user namespaces, each with those it owns; the default"],
        ["parent", "the hierarchies of user and PID namespaces side by side"],
        ["process", "processes, where namespaces change"],
        ["container", "containers, with their processes and namespaces"],
      ],
    },
  ],
  flags: [
    { long: "by", value: "HIERARCHY", help: `Draw it by ${HIERARCHIES.join(", ")}` },
    {
      ...KIND_FLAG,
      group: "Options",
      text: `${KIND_FLAG.text} By owner, user namespaces stand there all the same: they are the owners.`,
    },
    {
      long: "output",
      short: "o",
      value: "FILE",
      help: "Write into FILE; - is standard output",
      text: "FILE is replaced only once all of it is written. Its ending says the format.",
    },
    {
      long: "format",
      value: "FORMAT",
      help: `Write ${FORMATS.slice(0, -1).join(", ")} or ${FORMATS.at(-1)}`,
      text: "Without it what the ending of FILE says, and SVG on standard output. SVG and HTML do not go to a terminal.",
    },
    INPUT_FLAG,
    {
      long: "open",
      help: "Show it in the browser",
      text: "That of $BROWSER, else by xdg-open. Under sudo it is the browser of who called sudo. Without FILE the page goes into a private directory in the directory for temporary files, and stays there.",
    },
    {
      long: "serve",
      value: "ADDRESS:PORT",
      optional: true,
      help: "Serve the live page until Ctrl-C",
      text: "Either part may be left out: the address is 127.0.0.1 then, and the port any that is free. Prints the address to open.",
    },
    QUIET,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox graph -o namespaces.html", text: "One file for any browser." },
    { line: "nsbox graph --by parent -o namespaces.svg", text: "User and PID namespaces as a picture." },
    { line: "nsbox graph --open", text: "See it now." },
    { line: "nsbox graph --serve --open", text: "Watch it." },
    { line: "nsbox graph -o namespaces.dot", text: "For Graphviz: dot -Tpdf namespaces.dot." },
  ],
  elsewhere: { json: 'Write "--format json"' },
  failure: 1,
  run,
};

function run(input: Parsed): number | Promise<number> {
  if (input.rest.length > 0) {
    throw new UsageError(
      `graph takes no words, and there is "${input.rest[0]}"`,
      "A dump is named with -i FILE",
    );
  }
  const by = readBy(input.value("by"));
  const kinds = readKinds(input, "kind");
  return input.has("serve") ? serve(input, by, kinds) : draw(input, by, kinds);
}

function readBy(word: string | undefined): Hierarchy {
  if (word === undefined) return "owner";
  const known = HIERARCHIES.find((one) => one === word);
  if (known !== undefined) return known;
  const hint = didYouMean(suggest(word, HIERARCHIES)) ?? `It takes ${HIERARCHIES.join(", ")}`;
  throw new UsageError(`Option "--by" does not know "${word}"`, hint);
}

async function draw(input: Parsed, by: Hierarchy, kinds: readonly KindName[] | undefined): Promise<number> {
  const file = input.value("output");
  const open = input.has("open");
  const isPrinted = !open && (file === undefined || file === "-");
  if (open && file === "-")
    throw new UsageError("What goes to standard output cannot be opened", "Leave out -o -");
  const format = chooseFormat(input.value("format"), file, open ? "html" : "svg");
  if (isPrinted) checkTerminal(format);
  const text = await render(await takeSnapshot(input, {}), by, kinds, format);
  if (isPrinted) printText(text);
  else if (file !== undefined) writeWhole(file, text);
  if (!open) return 0;
  const { openInBrowser, writePrivately } = await import("./graph/open.ts");
  const { resolve } = await import("node:path");
  await openInBrowser(file === undefined ? writePrivately(`namespaces.${format}`, text) : resolve(file));
  return 0;
}

async function render(
  snapshot: Snapshot,
  by: Hierarchy,
  kinds: readonly KindName[] | undefined,
  format: Format,
): Promise<string> {
  const { pictureOf } = await import("../view/picture.ts");
  const { headOf } = await import("../view/draw/head.ts");
  const picture = pictureOf(snapshot, by, kinds);
  const { title } = headOf(picture.facts, by);
  switch (format) {
    case "svg":
      return (await import("../view/draw/svg.ts")).drawSvg(picture.facts, picture.graph);
    case "html": {
      const data = { by, snapshot, ...(kinds === undefined ? {} : { kinds }) };
      return (await import("../view/page/page.ts")).filePage(picture, data);
    }
    case "dot":
      return (await import("../view/formats/dot.ts")).toDot(picture.graph, title);
    case "mermaid":
      return (await import("../view/formats/mermaid.ts")).toMermaid(picture.graph, title);
    case "json":
      return (await import("../view/formats/json.ts")).toJson(snapshot, picture.graph);
  }
}

async function serve(input: Parsed, by: Hierarchy, kinds: readonly KindName[] | undefined): Promise<number> {
  for (const other of ["output", "format"]) {
    if (input.has(other)) throw new UsageError(`Options "--serve" and "--${other}" exclude each other`);
  }
  const { readAddress } = await import("./graph/address.ts");
  const address = readAddress(input.value("serve"));
  const page = { by, ...(kinds === undefined ? {} : { kinds }) };
  const { serveGraph } = await import("./graph/serve.ts");
  const dump = input.has("input") ? await takeSnapshot(input, {}) : undefined;
  const { discover } = await import("../ns/discover.ts");
  const look = dump === undefined ? () => discover() : () => dump;
  if (!input.has("open")) return serveGraph(address, page, look, undefined);
  const { openInBrowser, writeDoor } = await import("./graph/open.ts");
  return serveGraph(address, page, look, async (url) => {
    const { file, remove } = writeDoor(url);
    try {
      await openInBrowser(file);
    } catch (error) {
      remove();
      throw error;
    }
    return remove;
  });
}
