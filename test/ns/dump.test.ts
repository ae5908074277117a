/** Dumps: what is written is read again, and what nobody trustworthy wrote is refused. */
import { describe, expect, test } from "bun:test";
import { drawBranches } from "../../src/cli/branches.ts";
import { tableLines } from "../../src/cli/table.ts";
import { COLUMNS } from "../../src/commands/looking/columns.ts";
import { linesOf } from "../../src/commands/looking/node-lines.ts";
import { tableOf } from "../../src/commands/looking/rows.ts";
import { World } from "../../src/commands/looking/world.ts";
import { readDump, writeDump } from "../../src/ns/dump.ts";
import { pidForest } from "../../src/ns/forest/pids.ts";
import { forest, HIERARCHIES } from "../../src/ns/forest.ts";
import type { Snapshot } from "../../src/ns/model.ts";
import { changes } from "../../src/ns/watch.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { zoo } from "./zoo.ts";

/** Why `text` is refused; undefined where it is a dump. Whatever is thrown besides fails the test. */
function refusal(text: string): string | undefined {
  try {
    const snapshot = readDump(text, "the test");
    show(snapshot);
    return undefined;
  } catch (error) {
    if (!(error instanceof NsboxError)) throw error;
    expect(error.message).toBe("Cannot read the dump in the test");
    return error.details.cause;
  }
}

/** Everything that lists and trees make of a snapshot. */
function show(snapshot: Snapshot): void {
  const world = new World(snapshot);
  const { headings, rows } = tableOf(world, snapshot.namespaces, COLUMNS, (_, text) => text);
  tableLines(headings, rows, { width: 40 });
  const trees = [...HIERARCHIES.map((by) => forest(snapshot, by, { all: true }).roots), pidForest(snapshot)];
  for (const roots of trees)
    drawBranches(linesOf(world, roots, { details: true }), { unicode: true }, () => {});
  changes(zoo(), snapshot);
}

// biome-ignore lint/suspicious/noExplicitAny: a dump that is made wrong has no type.
type Broken = any;

function broken(breakIt: (document: Broken) => void): string | undefined {
  const document = JSON.parse(writeDump(zoo()));
  breakIt(document);
  return refusal(JSON.stringify(document));
}

test("a dump reads back as what was written", () => {
  for (const indent of [0, 2, 8, "tab"] as const) {
    expect(readDump(writeDump(zoo(), { indent }), "x")).toStrictEqual(zoo());
  }
});

test("what the model does not know is left out", () => {
  const document = { ...zoo(), secret: 1 };
  expect(readDump(JSON.stringify(document), "x")).toStrictEqual(zoo());
});

test("the order in a dump does not matter", () => {
  const { namespaces, processes, ...rest } = zoo();
  const shuffled = { ...rest, namespaces: namespaces.toReversed(), processes: processes.toReversed() };
  expect(readDump(JSON.stringify(shuffled), "x")).toStrictEqual(zoo());
});

describe("refused, with what is wrong in it:", () => {
  const faults: readonly (readonly [string, (document: Broken) => void, string])[] = [
    ["another format", (d) => (d.format = "lxkns"), 'its format is "lxkns", not "nsbox-namespaces"'],
    ["another version", (d) => (d.version = 2), "it has version 2, and this nsbox reads version 1"],
    ["a number as text", (d) => (d.namespaces[3].id = "7"), "namespaces[3].id should be a whole number"],
    ["a fraction", (d) => (d.namespaces[3].id = 1.5), "namespaces[3].id should be a whole number"],
    ["a missing member", (d) => delete d.processes[1].state, "processes[1].state should be there"],
    ["an unknown kind", (d) => (d.namespaces[0].kind = "dns"), "namespaces[0].kind should be one of user"],
    [
      "an unknown holder",
      (d) => (d.namespaces[3].holders[0].by = "magic"),
      "should be held by one of thread",
    ],
    [
      "an owner that is not there",
      (d) => (d.namespaces[5].owner = 5),
      "names namespace 5, which is not there",
    ],
    ["an owner of the wrong kind", (d) => (d.namespaces[5].owner = 110), "but it is of the kind net"],
    ["a parent of the wrong kind", (d) => (d.namespaces[5].parent = 100), "has a parent"],
    ["an id twice", (d) => d.namespaces.push(d.namespaces[4]), "stands there twice"],
    ["a PID twice", (d) => d.processes.push(d.processes[4]), "process 62 stands there twice"],
    ["a circle of parents", (d) => (d.namespaces[0].parent = 101), "is above itself, by its parent"],
    ["a circle of owners", (d) => (d.namespaces[0].owner = 101), "is above itself, by its owner"],
    ["a process in nowhere", (d) => (d.processes[1].namespaces.net = 5), "process 50 names namespace 5"],
    [
      "a container out of range",
      (d) => (d.processes[2].container = 9),
      "is in container 9, which is not there",
    ],
    ["a container within itself", (d) => (d.containers[0].within = 1), "is within itself"],
    ["a leader from elsewhere", (d) => (d.namespaces[0].leader = 1), "is not in it"],
    ["mounts of nothing", (d) => (d.mounts["5"] = []), "mounts names namespace 5"],
    ["a time that is none", (d) => (d.taken.end = "soon"), "taken.end should be a time"],
    ["text without end", (d) => (d.host.name = "x".repeat(70_000)), "host.name should be text of at most"],
  ];
  test.each(faults)("%s", (_, breakIt, words) => {
    expect(broken(breakIt)).toContain(words);
  });

  test.each([
    ["nothing", "", "it is empty"],
    ["half a dump", writeDump(zoo()).slice(0, 999), "it is not JSON"],
    ["brackets without end", "[".repeat(3_000_000), "it is not JSON"],
    ["objects without end", '{"a":'.repeat(1_000_000), "it is not JSON"],
    ["a list", "[]", "the document should be an object"],
    ["null", "null", "the document should be an object"],
  ])("%s", (_, text, words) => {
    expect(refusal(text)).toContain(words);
  });
});

test("a key that JavaScript knows by itself is a key like any other", () => {
  const text = writeDump(zoo()).replace(
    '"users": {',
    '"users": {"__proto__": "evil", "constructor": "evil",',
  );
  const { host } = readDump(text, "x");
  expect(Object.getPrototypeOf(host.users)).toBe(Object.prototype);
  expect(Object.hasOwn(host.users, "__proto__")).toBe(true);
});

/** Numbers that look random and are the same in every run: a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("flipped bits make a dump that is refused with a reason, or one that can be shown", () => {
  const bytes = new TextEncoder().encode(writeDump(zoo(), { indent: 0 }));
  const below = random(1);
  let refused = 0;
  for (let round = 0; round < 1500; round++) {
    const flipped = bytes.slice();
    for (let flips = below(4); flips >= 0; flips--) {
      const at = below(flipped.length);
      flipped[at] = flipped[at]! ^ (1 << below(8));
    }
    if (refusal(new TextDecoder().decode(flipped)) !== undefined) refused++;
  }
  expect(refused).toBeGreaterThan(500);
});

const STRANGE = [null, true, 0, -1, 1.5, 1e300, 2 ** 53, "", "x", "net", [], {}, [[]], { by: "mount" }];

test("members put where they do not belong make a dump that is refused with a reason, or can be shown", () => {
  const below = random(2);
  for (let round = 0; round < 1500; round++) {
    const document: Broken = structuredClone(zoo() as Snapshot);
    let at = document;
    for (;;) {
      const keys = Object.keys(at);
      const key = keys[below(keys.length)]!;
      const inner = at[key];
      if (typeof inner === "object" && inner !== null && Object.keys(inner).length > 0 && below(6) > 0) {
        at = inner;
        continue;
      }
      const choice = below(STRANGE.length + 2);
      if (choice === STRANGE.length) delete at[key];
      else if (choice > STRANGE.length) at[key] = at;
      else at[key] = STRANGE[choice];
      break;
    }
    let text: string;
    try {
      text = JSON.stringify(document);
    } catch {
      continue; // It holds itself.
    }
    refusal(text);
  }
});
