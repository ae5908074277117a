/** The order of the parts, as data: who may import whom. */
import { expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { paths, text } from "./sources.ts";

/** From the ground up: a part may import itself and all below it, not its neighbours. */
const LAYERS = [
  ["util"],
  ["sys"],
  ["ns", "seccomp"],
  ["net", "cgroup"],
  ["plan", "view"],
  ["sandbox"],
  ["runtime"],
  ["commands"],
];

const below = (part: string) =>
  LAYERS.slice(
    0,
    LAYERS.findIndex((layer) => layer.includes(part)),
  ).flat();

/** Part to all other parts that it may import. `main.ts` and `index.ts` are parts of their own. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(LAYERS.flat().map((part) => [part, below(part)])),
  cli: ["util"],
  "rootfs-tools": ["util", "sys"],
  commands: [...below("commands"), "cli", "rootfs-tools"],
  "index.ts": [...below("commands"), "rootfs-tools"],
  "main.ts": [...LAYERS.flat(), "cli"],
};

const PACKAGES = ["bun", "citty", "consola"];

const files = paths("{src,rootfs-tools}/**/*.ts");

/** What a file imports, as it is written, types included. */
function imports(file: string): string[] {
  const found = text(file).matchAll(
    /(?:^\s*(?:import|export)\s[^;"'`]*?from\s|^\s*import\s|\bimport\()\s*"([^"]+)"/gm,
  );
  return [...found].map(([, name = ""]) => name);
}

const partOf = (file: string) => file.split("/")[file.startsWith("src/") ? 1 : 0] ?? "";

test.each(files)("%s imports only parts below its own", (file) => {
  const part = partOf(file);
  const allowed = [part, ...(ALLOWED[part] ?? [])];
  const local = imports(file).filter((name) => name.startsWith("."));
  const imported = local.map((name) => partOf(join(dirname(file), name)));
  expect(imported.filter((other) => !allowed.includes(other))).toEqual([]);
});

test("every part stands in the order", () => {
  const parts = new Set(files.map(partOf));
  expect([...parts].filter((part) => !(part in ALLOWED))).toEqual([]);
});

test("nothing is imported from packages but Bun, citty and consola", () => {
  const packages = files
    .flatMap(imports)
    .filter((name) => !name.startsWith(".") && !name.startsWith("node:"));
  const names = new Set(packages.map((name) => name.split(/[/:]/)[0] ?? ""));
  expect([...names].sort()).toEqual(PACKAGES);
});
