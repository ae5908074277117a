/** Directories of bound namespaces that no process stands behind, and that were never finished. */
import { existsSync } from "node:fs";
import type { Collected, Collection } from "../containers/collect.ts";
import { readNsDirs } from "./records.ts";
import { releaseNsDir } from "./release.ts";

/** Takes back what killed monitors had begun, and forgets directories that are gone. What is kept stays. */
export function collectNsDirs(): Collection {
  const done: Collected[] = [];
  const refused: unknown[] = [];
  try {
    for (const found of readNsDirs()) {
      if (found.busy || (found.kept && existsSync(found.path))) continue;
      try {
        releaseNsDir(found);
        if (!found.kept) done.push({ what: "half-made namespaces", name: found.path || found.record });
      } catch (error) {
        refused.push(error);
      }
    }
  } catch (error) {
    refused.push(error);
  }
  return { done, refused };
}
