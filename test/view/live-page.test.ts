/** The live page in a real browser: what comes and goes is seen as it happens. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { writeDoor } from "../../src/commands/graph/open.ts";
import { serve } from "../../src/view/live/serve.ts";
import { AS_ROOT, CALLER_ENV, NSBOX } from "../e2e/support.ts";
import { HAS_BROWSER, launch, open } from "./browser.ts";
import { zoo } from "./zoo.ts";

/** A process in a network namespace of its own. */
async function makeNamespace() {
  const child = Bun.spawn(["unshare", ...(AS_ROOT ? [] : ["-Ur"]), "-n", "sleep", "60"], {
    stderr: "ignore",
  });
  const own = readlinkSync("/proc/self/ns/net");
  for (let tries = 0; tries < 100; tries++) {
    const found = readlinkSync(`/proc/${child.pid}/ns/net`);
    if (found !== own) return { child, id: Number(/\d+/.exec(found)?.[0]) };
    await Bun.sleep(20);
  }
  throw new Error("unshare made no namespace");
}

describe.skipIf(!HAS_BROWSER)("in Chromium", () => {
  let browser: Browser;
  let url: string;
  let server: Bun.Subprocess<"ignore", "pipe", "pipe">;
  beforeAll(async () => {
    browser = await launch();
    server = Bun.spawn([NSBOX, "graph", "--serve", "-q"], {
      env: CALLER_ENV,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: 120_000,
      killSignal: "SIGKILL",
    });
    const { value } = await server.stdout.getReader().read();
    url = new TextDecoder().decode(value).trim();
  });
  afterAll(async () => {
    server.kill("SIGKILL");
    await browser.close();
  });

  test("a namespace that is made is shown, and that it went too; one can go back to when it was there", async () => {
    const { page, complaints } = await open(browser, url);
    // The address has lost its token: it stands in no history and in nobody's sight.
    expect(page.url()).toBe(url.replace(/#.*/, ""));
    const { child, id } = await makeNamespace();
    try {
      const chip = page.locator(`#canvas g[data-key="ns:${id}"]`);
      await chip.waitFor({ state: "attached", timeout: 10_000 });
      await page.locator("#log li.came", { hasText: String(id) }).waitFor();
      child.kill();
      await page.locator("#log li.went", { hasText: String(id) }).waitFor({ timeout: 10_000 });
      expect(await chip.count()).toBe(0);
      await page.locator("#timeline input[type=range]").focus();
      for (let back = 0; back < 20 && (await chip.count()) === 0; back++)
        await page.keyboard.press("ArrowLeft");
      expect(await chip.count()).toBe(1);
      await page.getByRole("button", { name: "Back to now" }).click();
      expect(await chip.count()).toBe(0);
      expect(complaints).toEqual([]);
    } finally {
      child.kill("SIGKILL");
      await page.close();
    }
  }, 60_000);

  test("a name that holds line separators ends no line", async () => {
    const folder = mkdtempSync(join(tmpdir(), "nsbox-names-"));
    symlinkSync("/bin/sleep", join(folder, "\u2028a\u2029"));
    const child = Bun.spawn([join(folder, "\u2028a\u2029"), "60"]);
    const { page, complaints } = await open(browser, url);
    try {
      const words = page.locator("#status", { hasText: /^live$/ });
      await words.waitFor({ timeout: 10_000 });
      expect(complaints).toEqual([]);
    } finally {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true });
      await page.close();
    }
  }, 60_000);

  test("the file that --open gives the browser leads to it", async () => {
    const door = writeDoor(url);
    const page = await browser.newPage();
    try {
      await page.goto(`file://${door.file}`);
      await page.waitForURL(url.replace(/#.*/, ""));
      await page.waitForSelector(":root[data-ready]");
    } finally {
      door.remove();
      await page.close();
    }
  }, 60_000);

  test("what is being chosen from a list stays open while the machine changes", async () => {
    let looks = 0;
    const live = serve({
      address: { host: "127.0.0.1", port: 0 },
      page: { by: "owner" },
      look: () => zoo({ flat: 12 + ++looks }),
      failed: () => {},
    });
    const { page } = await open(browser, live.url);
    try {
      const list = await page.locator("#filters select").first().elementHandle();
      await list!.focus();
      const count = page.locator("[data-filter=net] .count");
      const before = await count.textContent();
      for (let tries = 0; tries < 100 && (await count.textContent()) === before; tries++) await Bun.sleep(50);
      expect(await count.textContent()).not.toBe(before);
      expect(await list!.evaluate((element) => element.isConnected && element.matches(":focus"))).toBe(true);
    } finally {
      await page.close();
      await live.stop();
    }
  }, 60_000);

  test("after a reload it goes on; without the token it says what is missing", async () => {
    const { page } = await open(browser, url);
    await page.reload();
    await page.waitForSelector(":root[data-ready]");
    const other = await browser.newPage();
    await other.goto(url.replace(/#.*/, "#wrong"));
    await other.locator("#sub", { hasText: "no access" }).waitFor();
    expect(await other.locator("g[data-key]").count()).toBe(0);
    await other.close();
    await page.close();
  }, 60_000);

  test("a page of another site gets nothing, and cannot frame it", async () => {
    const page = await browser.newPage();
    const site = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () =>
        new Response(`<iframe src="${url}"></iframe>`, { headers: { "Content-Type": "text/html" } }),
    });
    try {
      await page.goto(site.url.href);
      const token = url.replace(/.*#/, "");
      const asked = await page.evaluate(
        async ([address, secret]) => {
          const one = await fetch(`${address}events`, {
            headers: { Authorization: `Bearer ${secret}` },
          }).then(
            () => "answered",
            () => "refused",
          );
          const two = await fetch(`${address}events`, { mode: "no-cors" }).then(
            (response) => response.type,
            () => "refused",
          );
          return [one, two];
        },
        [url.replace(/#.*/, ""), token] as const,
      );
      expect(asked).toEqual(["refused", "refused"]);
      const frame = page.frames()[1];
      expect(await frame?.locator("#app").count()).toBe(0);
    } finally {
      await site.stop(true);
      await page.close();
    }
  }, 60_000);

  test("when nsbox ends the page says so, and keeps what it has", async () => {
    const { page } = await open(browser, url);
    server.kill("SIGTERM");
    expect(await server.exited).toBe(0);
    await page.locator("#status", { hasText: "does not answer" }).waitFor();
    expect(await page.locator("#canvas g[data-key]").count()).toBeGreaterThan(7);
    await page.close();
  }, 60_000);
});
