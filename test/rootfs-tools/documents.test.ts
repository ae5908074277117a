/** The manifest and the bills of materials of a tree. sha256sum(1), stat(1) and dpkg(1) judge what they say. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { makeDirectory } from "../../rootfs-tools/binlibdepcp.ts";
import { layOut, nothing } from "../../rootfs-tools/layout/tree.ts";
import { Host } from "../../rootfs-tools/load/host.ts";
import { type DescribedPackage, describeTree } from "../../rootfs-tools/prove/describe.ts";
import { checkDocuments, type DocumentOptions, writeDocuments } from "../../rootfs-tools/prove/documents.ts";
import { isSpdx } from "../../rootfs-tools/prove/licence.ts";
import { purlOf } from "../../rootfs-tools/prove/purl.ts";
import { parse } from "../../src/cli/argv.ts";
import { PROOF_FLAGS, readProofs } from "../../src/commands/build-rootfs/proof-flags.ts";
import { collect } from "./contents.ts";
import { run, withCommand, workspace } from "./fixtures.ts";

const work = workspace();
const tool = { name: "nsbox", version: "1.2.3" };
let count = 0;

const collected = () => collect(["bash", "/bin/ls"], { timeZones: ["Europe/Berlin"], noDocs: true });

/** Documents of a tree of programs, each parsed. */
async function documents(options: Partial<DocumentOptions> = {}, from = collected()) {
  const base = `${work}/documents${++count}`;
  mkdirSync(base);
  const collector = await from;
  const nodes = layOut(collector, { inside: nothing() });
  const [manifest, spdx, cyclonedx] = ["manifest", "spdx", "cyclonedx"].map((name) => `${base}/${name}`);
  const sboms = [
    { format: "spdx", file: spdx ?? "" },
    { format: "cyclonedx", file: cyclonedx ?? "" },
  ] as const;
  await writeDocuments(nodes, collector.host, { manifest, sboms, target: "out/my tree/", tool, ...options });
  const text = (name: string) => readFileSync(`${base}/${name}`, "utf8");
  return { base, text, json: (name: string) => JSON.parse(text(name)) };
}

test("the manifest has every path of the tree with what stat and sha256sum say of it", async () => {
  const collector = await collected();
  const directory = `${work}/tree`;
  const { nodes } = makeDirectory(collector, { directory });
  const manifest = `${work}/tree.json`;
  await writeDocuments(nodes, collector.host, { manifest, target: directory, tool });
  const { format, version, entries } = JSON.parse(readFileSync(manifest, "utf8"));
  expect([format, version]).toEqual(["nsbox-manifest", 1]);
  const here = run(["find", ".", "-printf", "/%P\\n"], { cwd: directory }).trim().split("\n").sort();
  expect(entries.map(({ path }: { path: string }) => path)).toEqual(here);
  const types: Record<string, string> = {
    directory: "directory",
    link: "symbolic link",
    file: "regular file",
  };
  for (const { path, type, mode, uid, gid, size, sha256, target, origin } of entries) {
    const [kind, bits, user, group, bytes] = run(["stat", "-c", "%F|%a|%u|%g|%s", directory + path])
      .trim()
      .split("|");
    expect([path, types[type], Number.parseInt(mode, 8)]).toEqual([
      ...[path, kind === "regular empty file" ? "regular file" : kind, Number.parseInt(bits ?? "", 8)],
    ]);
    expect([uid, gid].join()).toBe([user, group].join());
    if (type === "link") expect(target).toBe(run(["readlink", directory + path]).trim());
    if (type !== "file") continue;
    expect(size).toBe(Number(bytes));
    expect(sha256).toBe(run(["sha256sum", directory + path]).slice(0, 64));
    if (origin !== undefined) expect(readFileSync(origin).equals(readFileSync(directory + path))).toBe(true);
  }
});

withCommand("dpkg")("origin, package and reasons of a library are those of this system", async () => {
  const { json } = await documents();
  const { entries, packages } = json("manifest");
  const libc = entries.find(({ path }: { path: string }) => /\/libc\.so\.6$/.test(path));
  const listed = [libc.origin, libc.origin.replace(/^\/usr/, "")].map(
    (path) => Bun.spawnSync(["dpkg", "-S", path]).stdout.toString().split(": ")[0],
  );
  expect(listed).toContain(libc.package);
  expect(libc.kind).toBe("library");
  expect(libc.why).toContainEqual({
    by: expect.stringMatching(/bash$/),
    name: "libc.so.6",
    rule: "ld.so.cache",
  });
  const about = packages.find(({ id }: { id: string }) => id === libc.package);
  expect(about.version).toBe(run(["dpkg-query", "-W", "-f", "$" + "{Version}", libc.package]));
  expect(packages.find(({ id }: { id: string }) => id === "bash").dependencies).toContain(libc.package);
});

test("twins, links, devices, what nsbox wrote and what another root has are told apart", async () => {
  const root = `${work}/root`;
  mkdirSync(`${root}/data`, { recursive: true });
  writeFileSync(`${root}/data/a`, "a");
  run(["ln", `${root}/data/a`, `${root}/data/b`]);
  symlinkSync("a", `${root}/data/link`);
  writeFileSync(`${work}/mine`, "mine");
  const collector = await collect(
    [],
    { add: [{ source: "/data" }, { source: `${work}/mine`, destination: "/mine" }] },
    root,
  );
  collector.text("/made", "made", { by: "", name: "", rule: "test" });
  collector.device("/null", "character", [1, 3], 0o666, { by: "", name: "", rule: "test" });
  const nodes = layOut(collector, { inside: nothing(), bare: true });
  const { entries } = await describeTree(nodes, undefined, { root });
  const of = (path: string) => entries.find((entry) => entry.path === path);
  expect(of("/data/a")?.origin).toBe("/data/a");
  expect(of("/data/b")).toMatchObject({ twin: "/data/a", digests: of("/data/a")?.digests ?? {} });
  expect(of("/data/link")).toMatchObject({ type: "link", target: "a", digests: {} });
  expect(of("/mine")?.origin).toBe(`${work}/mine`);
  expect(of("/made")?.origin).toBeUndefined();
  expect(of("/made")?.digests.sha256).toBe(new Bun.CryptoHasher("sha256").update("made").digest("hex"));
  expect(of("/null")).toMatchObject({ type: "character", device: [1, 3] });
});

test("a file that changes while it is described is an error that names it", async () => {
  writeFileSync(`${work}/changing`, "one");
  const collector = await collect([], { add: [{ source: `${work}/changing`, destination: "/x" }] });
  const nodes = layOut(collector, { inside: nothing(), bare: true });
  writeFileSync(`${work}/changing`, "longer than before");
  await expect(describeTree(nodes, undefined)).rejects.toThrow(`"${work}/changing"`);
});

interface SpdxElement {
  readonly SPDXID: string;
  readonly name?: string;
  readonly fileName?: string;
  readonly downloadLocation?: string;
  readonly filesAnalyzed?: boolean;
  readonly packageVerificationCode?: { readonly packageVerificationCodeValue: string };
  readonly checksums?: readonly { readonly algorithm: string; readonly checksumValue: string }[];
}

interface SpdxDocument extends SpdxElement {
  readonly documentNamespace: string;
  readonly packages: readonly SpdxElement[];
  readonly files: readonly SpdxElement[];
  readonly relationships: readonly Record<
    "spdxElementId" | "relationshipType" | "relatedSpdxElement",
    string
  >[];
  readonly creationInfo: { readonly created: string; readonly creators: readonly string[] };
}

/** What the SPDX 2.3 specification asks for, of what we write. */
function checkSpdx(document: SpdxDocument): void {
  const { packages, files, relationships, creationInfo } = document;
  expect(document).toMatchObject({
    ...{ spdxVersion: "SPDX-2.3", dataLicense: "CC0-1.0", SPDXID: "SPDXRef-DOCUMENT" },
  });
  expect(document.documentNamespace).toMatch(/^https:\/\/[^\s#]+$/);
  expect(creationInfo.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  for (const creator of creationInfo.creators) expect(creator).toMatch(/^(?:Person|Organization|Tool): \S/);
  const ids = [document, ...packages, ...files].map(({ SPDXID }) => SPDXID);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/);
  for (const { spdxElementId, relatedSpdxElement, relationshipType } of relationships) {
    expect(ids).toContain(spdxElementId);
    expect(ids).toContain(relatedSpdxElement);
    expect(["DESCRIBES", "CONTAINS", "DEPENDS_ON"]).toContain(relationshipType);
  }
  const sha1 = new Map(files.map(({ SPDXID, checksums = [] }) => [SPDXID, checksums[0]?.checksumValue]));
  for (const { SPDXID, fileName, checksums = [] } of files) {
    expect(fileName).toMatch(/^\.\/[^/]/);
    expect(checksums.map(({ algorithm }) => algorithm)).toEqual(["SHA1", "SHA256"]);
    expect(checksums.map(({ checksumValue }) => checksumValue.length)).toEqual([40, 64]);
    expect(relationships.filter((one) => one.relatedSpdxElement === SPDXID).length).toBe(1);
  }
  for (const one of packages) {
    expect(one.name).not.toBe("");
    expect(one.downloadLocation).toBe("NOASSERTION");
    const contained = relationships
      .filter(
        ({ spdxElementId, relationshipType }) =>
          spdxElementId === one.SPDXID && relationshipType === "CONTAINS",
      )
      .flatMap(({ relatedSpdxElement }) => sha1.get(relatedSpdxElement) ?? []);
    expect(one.filesAnalyzed).toBe(contained.length > 0);
    if (contained.length === 0) continue;
    const code = new Bun.CryptoHasher("sha1").update(contained.sort().join("")).digest("hex");
    expect(one.packageVerificationCode).toEqual({ packageVerificationCodeValue: code });
  }
}

test("the SPDX document holds what SPDX 2.3 asks for, every file once and in its package", async () => {
  const { json } = await documents();
  const document = json("spdx");
  checkSpdx(document);
  expect(document.name).toBe("my tree");
  const files = json("manifest").entries.filter(({ type }: { type: string }) => type === "file");
  expect(document.files.map(({ fileName }: { fileName: string }) => fileName.slice(1))).toEqual(
    files.map(({ path }: { path: string }) => path),
  );
  const names = json("manifest").packages.map(({ name }: { name: string }) => name);
  expect(document.packages.slice(1).map(({ name }: { name: string }) => name)).toEqual(names);
});

interface CycloneComponent {
  readonly type: string;
  readonly name: string;
  readonly purl?: string;
  readonly "bom-ref": string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly components?: readonly CycloneComponent[];
}

test("the CycloneDX document holds what CycloneDX 1.6 asks for, every file once and in its package", async () => {
  const { json } = await documents();
  const document = json("cyclonedx");
  expect(document).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.6", version: 1 });
  expect(document.serialNumber).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  const refs: string[] = [document.metadata.component["bom-ref"]];
  const files: string[] = [];
  const walk = (components: readonly CycloneComponent[]): void => {
    for (const { type, name, purl, hashes = [], components: inner = [], "bom-ref": ref } of components) {
      refs.push(ref);
      expect(["library", "file"]).toContain(type);
      expect(name).not.toBe("");
      if (type === "file") files.push(name);
      else expect(purl).toMatch(/^pkg:[a-z]+\//);
      for (const { alg, content } of hashes)
        expect(content.length).toBe({ "SHA-1": 40, "SHA-256": 64 }[alg] ?? 0);
      walk(inner);
    }
  };
  walk(document.components);
  expect(new Set(refs).size).toBe(refs.length);
  for (const { ref, dependsOn } of document.dependencies) {
    for (const name of [ref, ...dependsOn]) expect(refs).toContain(name);
  }
  const listed = json("manifest").entries.filter(({ type }: { type: string }) => type === "file");
  expect(files.sort()).toEqual(listed.map(({ path }: { path: string }) => path).sort());
});

test("the same tree gives the same bytes, and the time is SOURCE_DATE_EPOCH or the newest file's", async () => {
  const [one, two] = [await documents(), await documents()];
  for (const name of ["manifest", "spdx", "cyclonedx"]) expect(one.text(name)).toBe(two.text(name));
  const dated = await documents({ epoch: 1_700_000_000 });
  expect(dated.json("spdx").creationInfo.created).toBe("2023-11-14T22:13:20Z");
  expect(dated.json("cyclonedx").metadata.timestamp).toBe("2023-11-14T22:13:20Z");
  expect(dated.json("spdx").documentNamespace).toBe(one.json("spdx").documentNamespace);
  const other = await documents({}, collect(["bash"]));
  expect(other.json("spdx").documentNamespace).not.toBe(one.json("spdx").documentNamespace);
});

test("a document that cannot be written is refused first, and what is there stays", async () => {
  const check = (manifest: string, more: Partial<DocumentOptions> = {}) =>
    checkDocuments({ manifest, target: "x", tool, ...more });
  expect(() => check(`${work}/absent/file`)).toThrow(`Cannot write "${work}/absent/file"`);
  expect(() => check(work)).toThrow(`Cannot write "${work}"`);
  expect(() => check(`${work}/x`, { sboms: [{ format: "spdx", file: `${work}/./x` }] })).toThrow(
    `"${work}/./x"`,
  );
  expect(() => check(`${work}/fine`)).not.toThrow();
  expect(existsSync(`${work}/fine`)).toBe(false);
  const { base, text } = await documents();
  expect(readdirSync(base).sort()).toEqual(["cyclonedx", "manifest", "spdx"]);
  const before = text("manifest");
  writeFileSync(`${work}/gone`, "x");
  const collector = await collect([], { add: [{ source: `${work}/gone`, destination: "/gone" }] });
  const nodes = layOut(collector, { inside: nothing() });
  run(["rm", `${work}/gone`]);
  const again = writeDocuments(nodes, new Host(), { manifest: `${base}/manifest`, target: "x", tool });
  await expect(again).rejects.toThrow(`"${work}/gone"`);
  expect(text("manifest")).toBe(before);
  expect(readdirSync(base).sort()).toEqual(["cyclonedx", "manifest", "spdx"]);
});

test.each([
  ["MIT", true],
  ["GPL-2.0-or-later WITH GCC-exception-3.1 AND (MIT OR Apache-2.0)", true],
  ["((MIT))", true],
  ["GPLv3+", false],
  ["MIT AND", false],
  ["MIT BSD-3-Clause", false],
  ["(MIT", false],
  ["MIT)", false],
  ["", false],
  ["MIT WITH MIT", false],
])("%p is a licence expression: %p", (text, answer) => {
  expect(isSpdx(text)).toBe(answer);
});

const about = (fields: Partial<DescribedPackage>): DescribedPackage => ({
  ...{ id: "a", type: "deb", name: "a", version: "1", arch: "amd64", source: "a", dependencies: [] },
  ...fields,
});

test.each(
  [
    [
      about({ name: "g++", version: "4:12.2-3" }),
      "debian",
      "12",
      "pkg:deb/debian/g%2B%2B@4:12.2-3?arch=amd64&distro=debian-12",
    ],
    [
      about({ type: "rpm", name: "tool", version: "3:1.2-4", arch: "noarch" }),
      ...["fedora", "40", "pkg:rpm/fedora/tool@1.2-4?arch=noarch&distro=fedora-40&epoch=3"],
    ],
    [about({ type: "alpm", arch: "x86_64" }), "arch", "", "pkg:alpm/arch/a@1?arch=x86_64&distro=arch"],
    [about({ type: "apk", version: "1.2~3_p4-r0" }), "", "", "pkg:apk/a@1.2~3_p4-r0?arch=amd64"],
  ].map(([fields, id, version, url]) => [url, fields, id, version]) as [
    ...[string, DescribedPackage, string, string],
  ][],
)("a package has the URL %s", (url, fields, id, version) => {
  expect(purlOf(fields, { id, version })).toBe(url);
});

test("documents go where they are told, or beside the tree", () => {
  const read = (target: string, ...args: readonly string[]) =>
    readProofs(parse({ name: "build-rootfs", flags: PROOF_FLAGS, positionals: "mixed" }, args), target);
  expect(read("./tree/", "--manifest", "m.json", "--sbom", "spdx", "--sbom", "cyclonedx:a:b.json")).toEqual({
    manifest: "m.json",
    sboms: [
      { format: "spdx", file: "./tree.spdx.json" },
      { format: "cyclonedx", file: "a:b.json" },
    ],
  });
  expect(read("x").sboms).toEqual([]);
  expect(() => read("x", "--sbom", "swid")).toThrow('--sbom knows no "swid"');
  for (const target of ["-", ".", "../", "/"])
    expect(() => read(target, "--sbom", "spdx")).toThrow("wants a FILE here");
  expect(() => read("x", "--sbom", "spdx:")).toThrow("wants a FILE here");
});
