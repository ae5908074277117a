/** Options of `nsbox build-rootfs` for documents that say what is in a tree. */
import { SBOM_FORMATS, type SbomFormat } from "../../../rootfs-tools/prove/sbom.ts";
import type { Flag, Parsed } from "../../cli/command.ts";
import { UsageError } from "../../util/errors.ts";

const group = "Proof";

/** The rows, in the order of the help. */
export const PROOF_FLAGS: readonly Flag[] = [
  {
    long: "manifest",
    value: "FILE",
    group,
    help: "Write a list of all in the tree: digest, origin, package, reason",
    text: "JSON, an entry a line; docs/manifest.md has the fields.",
  },
  {
    long: "sbom",
    value: "FORMAT[:FILE]",
    multiple: true,
    group,
    help: "Write a bill of materials: spdx (2.3) or cyclonedx (1.6), as JSON",
    text: "FILE is TARGET.spdx.json or TARGET.cdx.json where it is left out. Packages are those of the system's database (Debian, RPM, Alpine, Arch). The same tree gives the same bytes: the time is SOURCE_DATE_EPOCH, or the newest file's.",
  },
];

/** Which documents were asked for, and where they go. */
export interface Proofs {
  readonly manifest: string | undefined;
  readonly sboms: readonly { readonly format: SbomFormat; readonly file: string }[];
}

/** Reads them; `target` is where the tree goes. Throws UsageError. */
export function readProofs(input: Parsed, target: string): Proofs {
  const manifest = input.value("manifest");
  if (manifest === "") throw new UsageError("--manifest wants a FILE", "--manifest tree.json");
  return { manifest, sboms: input.values("sbom").map((value) => readSbom(value, target)) };
}

function readSbom(value: string, target: string): Proofs["sboms"][number] {
  const [, name = "", file] = /^([^:]*)(?::(.*))?$/s.exec(value) ?? [];
  const format = (Object.keys(SBOM_FORMATS) as SbomFormat[]).find((known) => known === name);
  if (format === undefined) {
    throw new UsageError(
      `--sbom knows no "${name}"`,
      `--sbom ${Object.keys(SBOM_FORMATS).join(" or --sbom ")}`,
    );
  }
  const plain = target.replace(/(?<=.)\/+$/, "");
  if (
    file === "" ||
    (file === undefined && (plain === "-" || plain === "/" || /(?:^|\/)\.\.?$/.test(plain)))
  ) {
    throw new UsageError(`--sbom ${name} wants a FILE here`, `--sbom ${name}:tree${SBOM_FORMATS[format]}`);
  }
  return { format, file: file ?? `${plain}${SBOM_FORMATS[format]}` };
}
