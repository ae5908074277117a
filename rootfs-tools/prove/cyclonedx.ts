/** CycloneDX 1.6 as JSON. */
import type { DescribedEntry, DescribedPackage, TreeDescription } from "./describe.ts";
import { isSpdx } from "./licence.ts";
import { purlOf } from "./purl.ts";
import { idOf, reasonsIn, type SbomOptions, timeOf, urlOf } from "./sbom.ts";

const ROOT = "tree";

/** The document. Every regular file of the tree is in it, inside its package where it has one. */
export function cyclonedxOf(tree: TreeDescription, options: SbomOptions): object {
  const files = new Map<string, object[]>();
  for (const entry of tree.entries) {
    if (entry.type !== "file") continue;
    const list = files.get(entry.package ?? "") ?? [];
    list.push(fileOf(entry));
    files.set(entry.package ?? "", list);
  }
  const refs = new Map(tree.packages.map((about) => [about.id, `package:${about.id}`]));
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${idOf(tree, options)}`,
    version: 1,
    metadata: {
      timestamp: timeOf(tree, options),
      tools: {
        components: [{ type: "application", name: options.tool.name, version: options.tool.version }],
      },
      component: { type: "container", "bom-ref": ROOT, name: options.name },
    },
    components: [
      ...tree.packages.map((about) => ({
        ...packageOf(about, refs.get(about.id) ?? "", options),
        components: files.get(about.id) ?? [],
      })),
      ...(files.get("") ?? []),
    ],
    dependencies: [
      { ref: ROOT, dependsOn: [...refs.values()] },
      ...tree.packages.map(({ id, dependencies }) => ({
        ref: refs.get(id) ?? "",
        dependsOn: dependencies.map((other) => refs.get(other) ?? ""),
      })),
    ],
  };
}

function packageOf(about: DescribedPackage, ref: string, { distribution }: SbomOptions): object {
  const { name, version, licence = "", description, maintainer, source, sourceVersion = version } = about;
  const homepage = urlOf(about.homepage);
  return {
    type: "library",
    "bom-ref": ref,
    ...(maintainer === undefined ? {} : { publisher: maintainer }),
    name,
    version,
    ...(description === undefined ? {} : { description }),
    ...(licence === ""
      ? {}
      : { licenses: [isSpdx(licence) ? { expression: licence } : { license: { name: licence } }] }),
    purl: purlOf(about, distribution),
    ...(homepage === undefined ? {} : { externalReferences: [{ type: "website", url: homepage }] }),
    properties: [
      { name: "nsbox:source", value: source },
      { name: "nsbox:source-version", value: sourceVersion },
    ],
  };
}

function fileOf({ path, digests: { sha1, sha256 }, why }: DescribedEntry): object {
  const reasons = reasonsIn(why);
  return {
    type: "file",
    "bom-ref": `file:${path}`,
    name: path,
    hashes: [
      ...(sha1 === undefined ? [] : [{ alg: "SHA-1", content: sha1 }]),
      ...(sha256 === undefined ? [] : [{ alg: "SHA-256", content: sha256 }]),
    ],
    ...(reasons.length === 0
      ? {}
      : { properties: reasons.map((value) => ({ name: "nsbox:reason", value })) }),
  };
}
