/** `nsbox graph --serve`: who is answered, who is refused, how it ends. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { connect as connectTo } from "node:net";
import type { Snapshot } from "../../src/ns/model.ts";
import { Feed } from "../../src/view/live/feed.ts";
import { applied, Differ, type Patch } from "../../src/view/live/patch.ts";
import { CALLER_ENV, NSBOX } from "../e2e/support.ts";
import { zoo } from "./zoo.ts";

/** Starts a server and reads the address that it prints. */
async function serving(...words: string[]) {
  const child = Bun.spawn([NSBOX, "graph", ...(words.length > 0 ? words : ["--serve"]), "-q"], {
    env: CALLER_ENV,
    stdout: "pipe",
    stderr: "pipe",
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const reader = child.stdout.getReader();
  const line = new TextDecoder().decode((await reader.read()).value);
  const url = new URL(line.trim());
  const token = url.hash.slice(1);
  url.hash = "";
  return { child, url: url.href, port: Number(url.port), token, line };
}

let server: Awaited<ReturnType<typeof serving>>;
beforeAll(async () => {
  server = await serving();
});
afterAll(() => server.child.kill("SIGKILL"));

const bearer = (token = server.token) => ({ Authorization: `Bearer ${token}` });
const ask = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, init);

/** The status of a request whose headers fetch would not let through. */
function raw(lines: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connectTo(server.port, "127.0.0.1", () => socket.write(`${lines.join("\r\n")}\r\n\r\n`));
  socket.on("data", (data) => {
    resolve(data.toString().split("\r\n")[0] ?? "");
    socket.destroy();
  });
  socket.on("error", reject);
  return promise;
}

/** Events of a stream until `enough` of them came. */
async function events(init: RequestInit, enough: (seen: readonly string[]) => boolean): Promise<string[]> {
  const response = await ask("events", init);
  const seen: string[] = [];
  let rest = "";
  for await (const chunk of response.body!.pipeThrough(
    new TextDecoderStream() as never,
  ) as AsyncIterable<string>) {
    const parts = (rest + chunk).split("\n\n");
    rest = parts.pop() ?? "";
    seen.push(...parts);
    if (enough(seen)) break;
  }
  return seen;
}
const dataOf = (event: string) => JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? "null");

test("it listens on loopback and prints one address with a token", () => {
  expect(server.line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{43}\n$/);
});

test("the page itself holds nothing of the machine, and may load nothing from elsewhere", async () => {
  const response = await ask("");
  expect(response.status).toBe(200);
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toStartWith("default-src 'none'; script-src 'sha256-");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("unsafe");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  expect(response.headers.get("cross-origin-resource-policy")).toBe("same-origin");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.text()).not.toContain("4026531");
});

test.each([
  ["none", {}],
  ["a wrong one", { Authorization: "Bearer wrong" }],
  ["an empty one", { Authorization: "Bearer " }],
])("data are not given for %s as token", async (_, headers) => {
  const response = await ask("events", { headers });
  expect(response.status).toBe(401);
  expect(await response.text()).not.toContain("namespaces");
});

test("a token in the address is no token", async () => {
  expect((await ask(`events?token=${server.token}`)).status).toBe(401);
  expect((await ask(`events?Authorization=Bearer+${server.token}`)).status).toBe(401);
});

test.each(["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])("%s is refused", async (method) => {
  const response = await ask("", { method });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("GET");
});

test("a name that leads here by DNS is refused, whatever the token", async () => {
  const line = await raw([
    "GET /events HTTP/1.1",
    `Host: evil.example:${server.port}`,
    `Authorization: Bearer ${server.token}`,
  ]);
  expect(line).toContain(" 403 ");
});

test("requests of another origin are refused, whatever the token", async () => {
  const foreign = { ...bearer(), Origin: "http://evil.example" };
  expect((await ask("events", { headers: foreign })).status).toBe(403);
  const otherPort = { ...bearer(), Origin: "http://127.0.0.1:1" };
  expect((await ask("events", { headers: otherPort })).status).toBe(403);
  const hidden = { ...bearer(), Origin: "null" };
  expect((await ask("events", { headers: hidden })).status).toBe(403);
  expect((await ask("events", { headers: { ...bearer(), "Sec-Fetch-Site": "same-site" } })).status).toBe(403);
});

test("other paths are not there", async () => {
  for (const path of ["..%2f..%2fetc/passwd", "favicon.ico", "events/", "Events"]) {
    expect((await ask(path, { headers: bearer() })).status).toBe(404);
  }
});

test("with the token come the snapshot and then only differences", async () => {
  const sleeper = Bun.spawn(["sleep", "30"]);
  const isThere = ({ processes }: Snapshot) => processes.some(({ pid }) => pid === sleeper.pid);
  let shown: Snapshot | undefined;
  let done = 0;
  let seen = false;
  try {
    const all = await events({ headers: bearer() }, (texts) => {
      for (; done < texts.length; done++) {
        const text = texts[done]!;
        shown = text.startsWith("event: snapshot") ? dataOf(text) : applied(shown!, dataOf(text) as Patch);
      }
      // Of the first event only a part has come so far.
      if (shown === undefined) return false;
      if (!seen && isThere(shown)) {
        seen = true;
        sleeper.kill();
      }
      return seen && !isThere(shown);
    });
    expect(all[0]).toStartWith("event: snapshot\n");
    expect(all.filter((text) => text.startsWith("event: snapshot")).length).toBe(1);
    expect(all.at(-1)!.length).toBeLessThan(all[0]!.length / 2);
  } finally {
    sleeper.kill("SIGKILL");
  }
}, 20_000);

test("more than it serves at once are turned away, and have a place when others go", async () => {
  const leaving = new AbortController();
  const init = { headers: bearer(), signal: leaving.signal };
  const all = await Promise.all(Array.from({ length: 32 }, () => ask("events", init)));
  expect(all.map(({ status }) => status)).toEqual(Array(32).fill(200));
  expect((await ask("events", { headers: bearer() })).status).toBe(503);
  leaving.abort();
  for (let tries = 0; ; tries++) {
    const next = new AbortController();
    const { status } = await ask("events", { headers: bearer(), signal: next.signal });
    next.abort();
    if (status === 200) break;
    expect(tries).toBeLessThan(50);
    await Bun.sleep(100);
  }
}, 20_000);

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends it with status 0 while somebody is connected",
  async (signal) => {
    const own = await serving();
    const response = await fetch(`${own.url}events`, { headers: bearer(own.token) });
    await response.body!.getReader().read();
    own.child.kill(signal);
    expect(await own.child.exited).toBe(0);
    expect(await own.child.stderr.text()).toBe("");
  },
  20_000,
);

test("nobody is looked at while nobody is connected", async () => {
  const own = await serving();
  try {
    const used = () => {
      const stat = readFileSync(`/proc/${own.child.pid}/stat`, "utf8");
      const fields = (stat.split(") ")[1] ?? "").split(" ");
      return Number(fields[11]) + Number(fields[12]);
    };
    await Bun.sleep(500);
    const before = used();
    await Bun.sleep(2500);
    expect(used() - before).toBeLessThan(5);
  } finally {
    own.child.kill("SIGKILL");
  }
}, 20_000);

test("who does not read gets no queue, but a whole snapshot when it reads again", async () => {
  let looks = 0;
  const feed = new Feed(
    () => zoo({ name: `look-${++looks}` }),
    () => {},
  );
  try {
    const slow = feed.connect(new AbortController().signal).getReader();
    const quick = feed.connect(new AbortController().signal).getReader();
    const seen: string[] = [];
    const text = async (reader: typeof slow) => new TextDecoder().decode((await reader.read()).value);
    while (looks < 4) seen.push(await text(quick));
    expect(seen.map((event) => event.slice(0, 12))).toEqual([
      "event: snaps",
      ...Array(seen.length - 1).fill("event: patch"),
    ]);
    expect(await text(slow)).toContain('"look-1"');
    const next = await text(slow);
    expect(next).toStartWith("event: snapshot");
    expect(next).toContain(`"look-${looks}"`);
  } finally {
    feed.close();
  }
}, 20_000);

test("a client that goes away is forgotten, and others are served", async () => {
  const own = await serving();
  try {
    for (let turn = 0; turn < 40; turn++) {
      const socket = connectTo(own.port, "127.0.0.1");
      socket.write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${own.token}\r\n\r\n`);
      await new Promise((resolve) => socket.once("data", resolve));
      socket.destroy();
      await new Promise((resolve) => socket.once("close", resolve));
    }
    await Bun.sleep(200);
    const last = await fetch(`${own.url}events`, { headers: bearer(own.token) });
    expect(last.status).toBe(200);
    await last.body!.cancel();
  } finally {
    own.child.kill("SIGKILL");
  }
}, 20_000);

test("an address beyond loopback is a warning, a port in use an error", async () => {
  const open = await serving("--serve=0.0.0.0");
  open.child.kill("SIGTERM");
  await open.child.exited;
  expect(await open.child.stderr.text()).toContain("warning: whoever reaches 0.0.0.0");
  const taken = Bun.spawn([NSBOX, "graph", `--serve=${server.port}`], {
    env: CALLER_ENV,
    stdout: "pipe",
    stderr: "pipe",
  });
  expect(await taken.exited).toBe(1);
  expect(await taken.stderr.text()).toContain(`Cannot listen on 127.0.0.1, port ${server.port}`);
});

test.each(["x", "70000", "host.example:1", "1.2.3:4", "[::1", ":", "-1"])(
  "--serve=%s is refused",
  async (value) => {
    const child = Bun.spawn([NSBOX, "graph", `--serve=${value}`], {
      env: CALLER_ENV,
      stdout: "pipe",
      stderr: "pipe",
    });
    expect(await child.exited).toBe(2);
  },
);

test("differences, put one into the other, make the snapshot that was seen", () => {
  const differ = new Differ();
  const steps = [zoo(), zoo({ flat: 20 }), zoo({ flat: 3, rootless: 1 }), zoo({ nested: 5 }), zoo()];
  let shown: Snapshot | undefined;
  for (const step of steps) {
    const patch = differ.next(step);
    shown = shown === undefined ? step : applied(shown, patch!);
    expect(JSON.parse(JSON.stringify(shown))).toEqual(JSON.parse(JSON.stringify(step)));
  }
  expect(differ.next(zoo())).toBeUndefined();
});
