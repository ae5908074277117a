/** Files to and from the browser: the picture as SVG, what is seen as a dump, another machine's dump. */
import { readDump } from "../../ns/dump.ts";
import type { Snapshot } from "../../ns/model.ts";
import { drawSvg } from "../draw/svg.ts";
import { announce, download, h } from "./dom.ts";
import type { Store } from "./store.ts";

const LARGEST = 1 << 29;

/** A name for a file of this moment: letters, digits, dots and dashes only. */
const nameOf = ({ host, taken }: Snapshot, ending: string): string =>
  `namespaces-${host.name}-${taken.begin}`.replace(/[^\w.-]+/g, "-").slice(0, 80) + ending;

/** Saves the picture as it is asked for, by itself. */
export function saveSvg({ model }: Store): void {
  const { facts, graph } = model;
  download(nameOf(facts.snapshot, ".svg"), "image/svg+xml", drawSvg(facts, graph));
  announce("Saved as SVG");
}

/** Saves all that is known at this moment. */
export function saveDump({ snapshot }: Store): void {
  download(nameOf(snapshot, ".json"), "application/json", JSON.stringify(snapshot, null, 2));
  announce("Saved as a dump");
}

/** Asks for a dump and shows it. The file stays in the browser. */
export function openDump(show: (snapshot: Snapshot, name: string) => void): void {
  const input = h("input", { type: "file", accept: ".json,application/json", id: "dump" });
  input.addEventListener("change", async () => {
    const file = input.files?.[0];
    input.remove();
    if (file === undefined) return;
    try {
      if (file.size > LARGEST) throw new Error("the file is too large");
      show(readDump(await file.text(), `"${file.name}"`), file.name);
    } catch (error) {
      const cause = (error as { details?: { cause?: string } }).details?.cause;
      announce(`Cannot show the file: ${cause ?? (error as Error).message}`);
    }
  });
  input.hidden = true;
  document.body.append(input);
  input.click();
}
