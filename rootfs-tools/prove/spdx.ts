/** SPDX 2.3 as JSON. */
import type { DescribedEntry, DescribedPackage, TreeDescription } from "./describe.ts";
import { isSpdx } from "./licence.ts";
import { purlOf } from "./purl.ts";
import { idOf, reasonsIn, type SbomOptions, timeOf, urlOf } from "./sbom.ts";

const UNKNOWN = "NOASSERTION";
const ROOT = "SPDXRef-Tree";

/** Names of what is no person. */
const ORGANIZATION =
  /team|maintainers|developers|packag|group|project|foundation|\binc\b|linux|debian|ubuntu/i;

/** The document. Every regular file of the tree is in it, under its package where it has one. */
export function spdxOf(tree: TreeDescription, options: SbomOptions): object {
  const files = tree.entries.filter(({ type }) => type === "file");
  const packageIds = new Map(tree.packages.map(({ id }, index) => [id, refOf("Package", index, id)]));
  const inPackage = new Map<string, { id: string; entry: DescribedEntry }[]>();
  for (const [index, entry] of files.entries()) {
    const owner = packageIds.get(entry.package ?? "") ?? ROOT;
    const list = inPackage.get(owner) ?? [];
    list.push({ id: refOf("File", index, entry.path), entry });
    inPackage.set(owner, list);
  }
  const contained = (ref: string) => (inPackage.get(ref) ?? []).map(({ entry }) => entry);
  return {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: options.name,
    documentNamespace: `https://spdx.org/spdxdocs/${encodeURIComponent(options.name)}-${idOf(tree, options)}`,
    creationInfo: {
      created: timeOf(tree, options),
      creators: [`Tool: ${options.tool.name}-${options.tool.version}`],
    },
    packages: [
      {
        SPDXID: ROOT,
        name: options.name,
        downloadLocation: UNKNOWN,
        primaryPackagePurpose: "CONTAINER",
        ...analyzed(contained(ROOT)),
        licenseConcluded: UNKNOWN,
        licenseDeclared: UNKNOWN,
        copyrightText: UNKNOWN,
      },
      ...tree.packages.map((about) => {
        const ref = packageIds.get(about.id) ?? "";
        return { SPDXID: ref, ...packageOf(about, options), ...analyzed(contained(ref)) };
      }),
    ],
    files: files.map((entry, index) => fileOf(entry, refOf("File", index, entry.path))),
    relationships: [
      relation("SPDXRef-DOCUMENT", "DESCRIBES", ROOT),
      ...[...packageIds.values()].map((ref) => relation(ROOT, "CONTAINS", ref)),
      ...[...inPackage].flatMap(([ref, list]) => list.map(({ id }) => relation(ref, "CONTAINS", id))),
      ...tree.packages.flatMap(({ id, dependencies }) =>
        dependencies.map((other) =>
          relation(packageIds.get(id) ?? "", "DEPENDS_ON", packageIds.get(other) ?? ""),
        ),
      ),
    ],
  };
}

const relation = (spdxElementId: string, relationshipType: string, relatedSpdxElement: string) => ({
  spdxElementId,
  relationshipType,
  relatedSpdxElement,
});

/** Identifiers take letters, digits, dots and dashes. */
const refOf = (kind: string, index: number, name: string): string =>
  `SPDXRef-${kind}-${index + 1}-${name.replace(/[^A-Za-z0-9.]+/g, "-").replace(/^-|-$/g, "")}`.replace(
    /-+$/,
    "",
  );

/** The verification code is SPDX 2.3's: over the sorted SHA-1 digests of the files. */
function analyzed(files: readonly DescribedEntry[]): object {
  if (files.length === 0) return { filesAnalyzed: false };
  const digests = files.map(({ digests: { sha1 = "" } }) => sha1).sort();
  const code = new Bun.CryptoHasher("sha1").update(digests.join("")).digest("hex");
  return {
    filesAnalyzed: true,
    packageVerificationCode: { packageVerificationCodeValue: code },
    licenseInfoFromFiles: [UNKNOWN],
  };
}

function packageOf(about: DescribedPackage, { distribution }: SbomOptions): object {
  const { name, version, source, sourceVersion = version, licence = "", description, maintainer } = about;
  const homepage = urlOf(about.homepage);
  return {
    name,
    versionInfo: version,
    ...(maintainer === undefined ? {} : { supplier: agentOf(maintainer) }),
    downloadLocation: UNKNOWN,
    ...(homepage === undefined ? {} : { homepage }),
    sourceInfo: `built from the source package ${source} ${sourceVersion}`,
    licenseConcluded: UNKNOWN,
    licenseDeclared: isSpdx(licence) ? licence : UNKNOWN,
    ...(licence === "" || isSpdx(licence) ? {} : { licenseComments: `The package says: ${licence}` }),
    copyrightText: UNKNOWN,
    ...(description === undefined ? {} : { summary: description }),
    externalRefs: [
      {
        referenceCategory: "PACKAGE-MANAGER",
        referenceType: "purl",
        referenceLocator: purlOf(about, distribution),
      },
    ],
  };
}

/** `Name <address>` as SPDX writes it. */
function agentOf(text: string): string {
  const [, name = text, address] = /^(.*?)\s*<([^<>]+)>$/.exec(text) ?? [];
  const kind = ORGANIZATION.test(name) ? "Organization" : "Person";
  const plain = name.replace(/[()]/g, "").trim();
  return `${kind}: ${plain === "" ? (address ?? text) : plain}${address === undefined ? "" : ` (${address})`}`;
}

function fileOf({ path, kind, digests, why }: DescribedEntry, ref: string): object {
  const reasons = reasonsIn(why);
  return {
    SPDXID: ref,
    fileName: `.${path}`,
    checksums: [
      ...(digests.sha1 === undefined ? [] : [{ algorithm: "SHA1", checksumValue: digests.sha1 }]),
      ...(digests.sha256 === undefined ? [] : [{ algorithm: "SHA256", checksumValue: digests.sha256 }]),
    ],
    ...(kind === "library" || kind === "interpreter" ? { fileTypes: ["BINARY"] } : {}),
    licenseConcluded: UNKNOWN,
    licenseInfoInFiles: [UNKNOWN],
    copyrightText: UNKNOWN,
    ...(reasons.length === 0 ? {} : { comment: reasons.join("; ") }),
  };
}
