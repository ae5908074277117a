/** What containers and servers send to the resolver is read without trust: under the sanitizers. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [A, PTR, MX, AAAA, OPT, AXFR] = [1, 12, 15, 28, 41, 252];
const [DROPPED, GOOD, FORMERR, NXDOMAIN, NOTIMP, REFUSED] = [-1, 0, 1, 3, 4, 5];
const [SEED, MUTATIONS] = [20261122, 200_000];

const CSRC = join(import.meta.dir, "../../csrc");
const SOURCES = ["dns-message.c", "dns-leases.c", "dns-names.c", "net-address.c", "text.c"].map((name) =>
  join(CSRC, name),
);
const COMPILE =
  "-std=gnu11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-builtin -Wall -Wextra -Werror -Wno-unused-function";

const folder = mkdtempSync(join(tmpdir(), "nsbox-dns-"));
const harness = join(folder, "harness");

function run(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([harness, ...args]);
  return { exitCode, stderr: stderr.toString(), lines: stdout.toString().split("\n").slice(0, -1) };
}

let count = 0;
function save(bytes: readonly number[] | string): string {
  const path = join(folder, `file-${count++}`);
  writeFileSync(path, typeof bytes === "string" ? bytes : Uint8Array.from(bytes));
  return path;
}

const word = (number: number): number[] => [number >> 8, number & 255];
const label = (text: string): number[] => [text.length, ...Buffer.from(text, "latin1")];
const nameOf = (name: string): number[] => [...name.split(".").filter(Boolean).flatMap(label), 0];
const question = (name: string, type: number, kind = 1): number[] => [
  ...nameOf(name),
  ...word(type),
  ...word(kind),
];
const EDNS = [0, ...word(OPT), ...word(1232), 0, 0, 0, 0, ...word(0)];
/** A message with these counts of its sections. */
const message = (flags: number, counts: readonly number[], ...parts: readonly number[][]): number[] => [
  ...word(4711),
  ...word(flags),
  ...counts.flatMap(word),
  ...parts.flat(),
];
const asked = (name: string, type: number): number[] => message(0x0100, [1, 0, 0, 0], question(name, type));

const GOOD_ONES = [
  asked("zion", A),
  asked("MOON.Web.nsbox", AAAA),
  asked("", 2),
  asked("6.0.88.10.in-addr.arpa", PTR),
  asked(`${"0.".repeat(31)}1.ip6.arpa`, PTR),
  message(0x0120, [1, 0, 0, 1], question("example.com", MX), EDNS),
];

beforeAll(() => {
  const compiler = (process.env["CC"] ?? "cc").split(" ");
  const own = ["dns-harness.c", "mutate.c"].map((name) => join(import.meta.dir, name));
  const { stderr } = Bun.spawnSync([...compiler, ...COMPILE.split(" "), "-o", harness, ...own, ...SOURCES]);
  expect(stderr.toString()).toBe("");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test("questions are read, in small letters", () => {
  expect(run("read", ...GOOD_ONES.map(save)).lines).toEqual([
    `${GOOD} ${A} zion`,
    `${GOOD} ${AAAA} moon.web.nsbox`,
    `${GOOD} 2 `,
    `${GOOD} ${PTR} 6.0.88.10.in-addr.arpa`,
    `${GOOD} ${PTR} ${"0.".repeat(31)}1.ip6.arpa`,
    `${GOOD} ${MX} example.com`,
  ]);
});

test("a name with letters that no host has is nobody's, and handed on", () => {
  expect(run("read", save(asked("a b", A)), save(asked("zi\0n", A))).lines).toEqual([
    `${GOOD} ${A} `,
    `${GOOD} ${A} `,
  ]);
});

test("what is no question is dropped, and what is garbled refused", () => {
  const long = Array.from({ length: 5 }, () => "a".repeat(63)).join(".");
  const cases: [number[], number][] = [
    [[1, 2, 3], DROPPED],
    [message(0x8100, [1, 0, 0, 0], question("zion", A)), DROPPED],
    [message(0x2800, [1, 0, 0, 0], question("zion", A)), NOTIMP],
    [message(0x0100, [2, 0, 0, 0], question("zion", A), question("moon", A)), FORMERR],
    [message(0x0100, [1, 1, 0, 0], question("zion", A)), FORMERR],
    [message(0x0100, [1, 0, 0, 0], [0xc0, 12, 0, 1, 0, 1]), FORMERR],
    [message(0x0100, [1, 0, 0, 0], question(long, A)), FORMERR],
    [message(0x0100, [1, 0, 0, 0], [4, 122, 105]), FORMERR],
    [message(0x0100, [1, 0, 0, 0], question("zion", A), [1]), FORMERR],
    [message(0x0100, [1, 0, 0, 2], question("zion", A), EDNS, EDNS), FORMERR],
    [message(0x0100, [1, 0, 0, 9999], question("zion", A), EDNS), FORMERR],
    [message(0x0100, [1, 0, 0, 0], question("example.com", AXFR)), REFUSED],
    [message(0x0100, [1, 0, 0, 0], question("version.bind", 16, 3)), REFUSED],
  ];
  const lines = run("read", ...cases.map(([bytes]) => save(bytes))).lines;
  expect(lines.map((line) => Number(line.split(" ")[0]))).toEqual(cases.map(([, status]) => status));
});

test(`${MUTATIONS} damaged messages do no harm, and each answer belongs to its question`, () => {
  const files = GOOD_ONES.map(save);
  expect(run("mutate", `${SEED}`, `${MUTATIONS}`, ...files)).toEqual({
    exitCode: 0,
    stderr: "",
    lines: ["1 1 1"],
  });
}, 60_000);

test("addresses are read as inet_pton reads them", () => {
  const words =
    "10.88.0.5 255.255.255.255 1.2.3 01.2.3.4 256.1.1.1 :: ::1 1:: fd00::5 fe80::1%eth0 1:2:3:4:5:6:7:8 1:2:3:4:5:6:7:: ::2:3:4:5:6:7:8 ::ffff:10.0.0.1 1::2::3 12345:: 1:2:3:4:5:6:1.2.3.4 :1 1: g:: 1:2:3:4:5:6:7:8:9 1:2:3:4:5:6:7:1.2.3.4 FE80::ABCD";
  expect(run("addresses", `${SEED}`, "300000", ...words.split(" "))).toEqual({
    exitCode: 0,
    stderr: "",
    lines: [],
  });
}, 60_000);

test("names that stand for addresses are turned around", () => {
  const six = "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
  expect(
    run(
      "reverse",
      "5.0.88.10.in-addr.arpa",
      six,
      "0.88.10.in-addr.arpa",
      "x.0.88.10.in-addr.arpa",
      ".in-addr.arpa",
      "1.5.0.88.10.in-addr.arpa",
      ...["g", "_", "-"].map((letter) => `${letter}${`.${letter}`.repeat(31)}.ip6.arpa`),
    ).lines,
  ).toEqual(["10.88.0.5", "2001:db8::567:89ab", ...Array(7).fill("none")]);
});

test("leases answer for the networks that their owner is on, and for no other", () => {
  const networks = join(folder, "networks");
  const lease = (network: string, address: string, text: string) => {
    mkdirSync(join(networks, network, "leases"), { recursive: true });
    writeFileSync(join(networks, network, "leases", address), text);
  };
  mkdirSync(join(folder, "undo"));
  for (const owner of ["aaaa", "bbbb", "cccc", "dddd", "ffff"])
    writeFileSync(join(folder, "undo", owner), "");
  lease("web", "10.88.0.5", "owner aaaa\nname zion z\nipv6 fd88::5\n");
  lease("web", "10.88.0.6", "owner bbbb\nname Moon\nmaker 1 2 3\n");
  lease("web", "10.88.0.7", "owner");
  lease("web", "10.88.0.8", "\0\n\n name x\nipv6 \nowner\n");
  lease("web", "10.88.0.10", `owner ffff\nname ${"x".repeat(64)} a..b neo ffff\n`);
  lease("web", "10.88.0.11", "owner ffff\nname ..\n");
  lease("web", "garbage", "owner aaaa\nname garbage\n");
  lease("web", "10.88.0.9", "owner eeee\nname moon stopped\n");
  lease("db", "10.89.0.5", "owner cccc\nname moon secret\n");
  lease("both", "10.90.0.2", "owner aaaa\nname zion\n");
  lease("both", "10.90.0.3", "owner dddd\nname moon");
  const answer = (name: string, type: number) => run("leases", networks, "aaaa", name, `${type}`).lines;
  expect(answer("moon", A).sort()).toEqual(["0", "10.88.0.6", "10.90.0.3"]);
  expect(answer("moon.web.nsbox", A)).toEqual(["0", "10.88.0.6"]);
  expect(answer("moon", AAAA)).toEqual(["0"]);
  expect(answer("z", AAAA)).toEqual(["0", "fd88::5"]);
  expect(answer("moon", MX)).toEqual(["0"]);
  expect(answer("5.0.88.10.in-addr.arpa", PTR)).toEqual(["0", "zion"]);
  expect(answer("10.0.88.10.in-addr.arpa", PTR)).toEqual(["0", "neo"]);
  expect(answer("11.0.88.10.in-addr.arpa", PTR)).toEqual(["0"]);
  for (const name of [
    "secret",
    "stopped",
    "garbage",
    "mo",
    "moonn",
    "moon.web",
    "moon.web.nsboxx",
    "5.0.89.10.in-addr.arpa",
  ]) {
    expect([name, ...answer(name, A)]).toEqual([name, `${DROPPED}`]);
  }
  for (const name of ["secret.db.nsbox", "nobody.web.nsbox", "nsbox"]) {
    expect([name, ...answer(name, A)]).toEqual([name, `${NXDOMAIN}`]);
  }
  expect(run("leases", join(folder, "nowhere"), "aaaa", "zion", `${A}`).lines).toEqual([`${DROPPED}`]);
});

test("a resolv.conf of any kind gives at most eight servers", () => {
  const file = save(
    `# comment\nnameserver 127.0.0.53\n\tnameserver bad\nnameserver\nnameserver ::1\nnameserver fe80::1%lo\nsearch a b\n${"nameserver 10.0.0.1 x\n".repeat(20)}`,
  );
  expect(run("servers", `${SEED}`, "20000", file)).toEqual({ exitCode: 0, stderr: "", lines: ["8"] });
}, 60_000);
