/** SVG, DOT, Mermaid and JSON, judged by programs that others wrote. */
import { describe, expect, test } from "bun:test";
import { HIERARCHIES } from "../../src/ns/forest.ts";
import { drawSvg } from "../../src/view/draw/svg.ts";
import { toDot } from "../../src/view/formats/dot.ts";
import { toJson } from "../../src/view/formats/json.ts";
import { toMermaid } from "../../src/view/formats/mermaid.ts";
import { filePage } from "../../src/view/page/page.ts";
import { pictureOf } from "../../src/view/picture.ts";
import { clip, columns, escapeXml } from "../../src/view/text.ts";
import { hostProgram } from "../e2e/support.ts";
import { zoo } from "./zoo.ts";

const HOSTILE = `</title></svg><script>x</script>"'&amp;\0\x1b[31m\n\u202e\ufffe\uffff\ud800]]>\\"; } "#quot;`;

/** Runs a program on `text`, and returns its standard output and status. */
function judged(program: readonly string[], text: string): { status: number; out: string; err: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...program], { stdin: Buffer.from(text) });
  return { status: exitCode, out: stdout.toString(), err: stderr.toString() };
}

const svgOf = (snapshot: ReturnType<typeof zoo>, by: (typeof HIERARCHIES)[number]): string => {
  const { facts, graph } = pictureOf(snapshot, by);
  return drawSvg(facts, graph);
};

const PYTHON = [
  "python3",
  "-c",
  "import sys, xml.dom.minidom as m; m.parse(sys.stdin.buffer); print('well')",
];

describe.each(HIERARCHIES)("by %s", (by) => {
  test("the SVG is XML, for xmllint and for Python, also with hostile names", () => {
    for (const name of [undefined, HOSTILE]) {
      const svg = svgOf(zoo(name === undefined ? {} : { name }), by);
      if (hostProgram("xmllint") !== undefined) {
        expect(judged(["xmllint", "--noout", "--nonet", "-"], svg)).toMatchObject({ status: 0, err: "" });
      }
      if (hostProgram("python3") !== undefined) expect(judged(PYTHON, svg).out).toBe("well\n");
      expect(svg).not.toMatch(/<script|\son\w+=|href|javascript:|url\(/i);
      expect(svg).not.toMatch(/[\0-\x08\x0b-\x1f\u202a-\u202e]/);
    }
  });

  test.skipIf(hostProgram("dot") === undefined)(
    "Graphviz accepts the DOT, and finds every node in it",
    () => {
      for (const name of [undefined, HOSTILE]) {
        const { graph } = pictureOf(zoo(name === undefined ? {} : { name }), by);
        const { status, err, out } = judged(["dot", "-Tjson"], toDot(graph, name ?? "title"));
        expect({ status, err }).toEqual({ status: 0, err: "" });
        const chips = graph.cards.flatMap(({ groups }) => groups.flatMap(({ chips: all }) => all));
        expect(JSON.parse(out).objects).toHaveLength(graph.cards.length + chips.length);
      }
    },
    60_000,
  );

  test("the JSON names nodes that its lines and its tree lead to", () => {
    const snapshot = zoo({ name: HOSTILE });
    const json = toJson(snapshot, pictureOf(snapshot, by).graph);
    expect(json).not.toMatch(/[\0-\x09\x0b-\x1f\u202e]/);
    const { nodes, edges } = JSON.parse(json);
    const keys = new Set(nodes.map(({ key }: { key: string }) => key));
    expect(keys.size).toBe(nodes.length);
    for (const { above } of nodes) if (above !== null) expect(keys.has(above)).toBe(true);
    for (const { from, to } of edges) expect(keys.has(from) && keys.has(to)).toBe(true);
  });

  test("the Mermaid text holds nothing of a name that means something to it", () => {
    const { graph } = pictureOf(zoo({ name: HOSTILE }), by);
    for (const label of toMermaid(graph, HOSTILE).matchAll(/"([^"]*)"/g)) {
      expect(label[1]!.replaceAll("<br/>", "")).toMatch(/^(?:[\p{L}\p{N} .,:()/_+…-]|#\d+;)*$/u);
    }
  });
});

test("the picture by parent has every user and PID namespace, and one dashed line from each PID namespace to its owner", () => {
  const snapshot = zoo({ flat: 40, rootless: 9 });
  const svg = svgOf(snapshot, "parent");
  const pids = snapshot.namespaces.filter(({ kind }) => kind === "pid");
  for (const { kind, id } of snapshot.namespaces) {
    if (kind === "user" || kind === "pid") expect(svg).toContain(`>${kind}:[${id}]<`);
  }
  const dashed = [...svg.matchAll(/class="owner" data-from="ns:(\d+)" data-to="ns:(\d+)"/g)];
  expect(dashed.map(([, from, to]) => [Number(from), Number(to)]).sort()).toEqual(
    pids.map(({ id, owner }) => [id, owner!]).sort(),
  );
});

test.each(["owner", "process", "container"] as const)("the picture by %s has every namespace", (by) => {
  const snapshot = zoo({ flat: 60, rootless: 9 });
  const svg = svgOf(snapshot, by);
  for (const { id } of snapshot.namespaces) expect(svg).toContain(`data-key="ns:${id}`);
});

test("kinds are told apart by shape and letter, not by colour alone", () => {
  const svg = svgOf(zoo(), "owner").replace(/<style>.*<\/style>/s, "");
  const signs = new Map<string, string>();
  for (const [, kind = "", shape = ""] of svg.matchAll(
    /class="chip k-(\w+)[^>]*>.*?(<(?:circle|rect|polygon) class="shape"[^>]*>)/g,
  )) {
    signs.set(kind, shape);
  }
  expect(new Set(signs.values()).size).toBe(signs.size);
  expect(svg).toContain(">no process<");
});

test("a title, a description and a tooltip for everything stand in it", () => {
  const svg = svgOf(zoo(), "owner");
  expect(svg).toContain('<title id="picture-title">Namespaces of harbour by owner</title>');
  expect(svg).toContain('<desc id="picture-text">41 namespaces, 24 processes, 4 containers');
  const groups = svg.match(/data-key="/g)!.length;
  expect(svg.match(/data-key="[^>]*><title>/g)).toHaveLength(groups);
});

test("the page as a file holds its script and style once, and lets in no others", () => {
  const snapshot = zoo({ name: HOSTILE });
  const html = filePage(pictureOf(snapshot, "owner"), { by: "owner", snapshot });
  const [, style = ""] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
  const [, script = ""] = /<script>(.*?)<\/script>/s.exec(html) ?? [];
  const hash = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("base64");
  expect(html).toContain(`script-src 'sha256-${hash(script)}'; style-src 'sha256-${hash(style)}'`);
  expect(html).toContain("default-src 'none'");
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(html).not.toMatch(/ style="|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
});

test("text is cut by the room it takes: wide characters take two columns", () => {
  expect(columns("日本")).toBe(4);
  expect(clip("日本語の名前", 6)).toBe("日本…");
  expect(clip("short", 6)).toBe("short");
  expect(clip("x".repeat(1_000_000), 5)).toBe("xxxx…");
  expect(escapeXml("a\u200bb<\x07")).toBe("a\\u200bb&lt;\\x07");
});
