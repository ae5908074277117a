/** The page in a real browser: drawn, searched, moved by keys alone, narrow, and unmoved by hostile names. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { layoutOf } from "../../src/view/layout/layout.ts";
import { filePage } from "../../src/view/page/page.ts";
import { pictureOf } from "../../src/view/picture.ts";
import { SCRATCH } from "../e2e/support.ts";
import { HAS_BROWSER, launch, open } from "./browser.ts";
import { type Wishes, zoo } from "./zoo.ts";

/** Writes the page of a made-up machine, and returns its address. */
function pageOf(name: string, wishes: Wishes): string {
  const snapshot = zoo(wishes);
  const file = join(SCRATCH, `${name}.html`);
  writeFileSync(file, filePage(pictureOf(snapshot, "owner"), { by: "owner", snapshot }));
  return `file://${file}`;
}

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror=alert(2)>"' onload="alert(3)&#x3c;\u202egnp\x1b[31m\n]]>--!><!--`;

const transform = (page: Page) => page.locator("#canvas svg > g").getAttribute("transform");
const scale = async (page: Page) => Number(/scale\(([\d.]+)\)/.exec((await transform(page)) ?? "")?.[1]);
const focusedKey = (page: Page) => page.evaluate("document.activeElement.getAttribute('data-key')");
const settle = (page: Page) =>
  page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");

describe.skipIf(!HAS_BROWSER)("in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  test("600 namespaces are drawn and searchable in under 2 s", async () => {
    const url = pageOf("six-hundred", { flat: 560, rootless: 10 });
    // The best of three: others work on this machine too.
    const times: number[] = [];
    for (let tries = 0; tries < 3; tries++) {
      const begun = performance.now();
      const { page, complaints } = await open(browser, url);
      expect(await page.locator("g[data-key^='ns:']").count()).toBeGreaterThan(600);
      await page.fill("#search input", "redis-server (");
      await page.waitForSelector("g.hit");
      times.push(performance.now() - begun);
      expect(await page.locator("#search output").textContent()).toMatch(/^\d+ found$/);
      expect(complaints).toEqual([]);
      await page.close();
    }
    expect(Math.min(...times)).toBeLessThan(2000);
  });

  test.each(["4026532141", "net", "nginx", "podman web-0", "alice", "/run/netns/blue", "no process"])(
    "a search for %s finds it",
    async (words) => {
      const { page } = await open(browser, pageOf("small", {}));
      await page.keyboard.press("/");
      await page.keyboard.type(words);
      await page.keyboard.press("Enter");
      const hit = page.locator("g.at > title");
      expect((await hit.textContent())?.toLowerCase()).toContain(words.split(" ")[0]!);
      await page.close();
    },
  );

  test("hits are gone through by n and N, and only they are shown when asked for", async () => {
    const { page } = await open(browser, pageOf("small", {}));
    await page.fill("#search input", "redis");
    const all = Number.parseInt((await page.locator("#search output").textContent()) ?? "", 10);
    expect(all).toBeGreaterThan(1);
    await page.locator("#canvas").focus();
    await page.keyboard.press("n");
    expect(await page.locator("#search output").textContent()).toBe(`1 of ${all}`);
    await page.keyboard.press("N");
    expect(await page.locator("#search output").textContent()).toBe(`${all} of ${all}`);
    await page.getByLabel("only hits").check();
    expect(await page.locator("g.chip").count()).toBe(all);
    await page.close();
  });

  test("all works by keys alone", async () => {
    const { page, complaints } = await open(browser, pageOf("small", {}));
    await page.locator("#canvas").focus();
    await page.keyboard.press("1");
    await settle(page);
    expect(await scale(page)).toBeCloseTo(1, 5);
    await page.keyboard.press("+");
    await settle(page);
    expect(await scale(page)).toBeCloseTo(1.2, 5);
    await page.keyboard.press("-");
    await page.keyboard.press("-");
    await settle(page);
    expect(await scale(page)).toBeCloseTo(1 / 1.2, 5);
    for (let press = 0; press < 40; press++) await page.keyboard.press("+");
    await settle(page);
    expect(await scale(page)).toBeCloseTo(10, 5);
    await page.keyboard.press("0");
    await settle(page);
    const before = await transform(page);
    await page.keyboard.press("ArrowRight");
    await settle(page);
    expect(await transform(page)).not.toBe(before);

    // To the boxes, from one to the next, into the details, and back.
    await page.keyboard.press("Enter");
    expect(await focusedKey(page)).toBe("ns:4026531834");
    await page.keyboard.press("ArrowDown");
    const chip = await focusedKey(page);
    expect(chip).not.toBe("ns:4026531834");
    await page.keyboard.press("Enter");
    expect(await page.locator("#details h2").textContent()).toContain(String(chip).slice(3));
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.locator("#details h2").textContent()).toBe("Uuser:[4026531834]");
    await page.keyboard.press("Escape");
    expect(await page.locator("#details").isVisible()).toBe(false);

    await page.keyboard.press("?");
    expect(await page.locator("#help").textContent()).toContain("save the picture as SVG");
    await page.keyboard.press("Escape");
    await page.keyboard.press("q");
    expect(await page.locator("#said").textContent()).toContain("cannot close itself");
    await page.keyboard.press("t");
    expect(await page.locator(":root").getAttribute("data-theme")).toBe("dark");

    await page.keyboard.press("e");
    await page.locator("[role=treeitem][tabindex='0']").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await page.locator("#details").isVisible()).toBe(true);
    await page.keyboard.press("b");
    expect(await page.locator("tbody tr").count()).toBe(41);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("Tab comes to everything once, and what has the focus can be seen", async () => {
    const { page } = await open(browser, pageOf("small", {}));
    const seen: string[] = [];
    for (let press = 0; press < 60; press++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate<string>(
        `(() => { const e = document.activeElement; return e === document.body ? "body" : (e.getAttribute("aria-label") || e.textContent || e.id).slice(0, 60); })()`,
      );
      if (at === "body") break;
      seen.push(at);
    }
    for (const words of [
      "View as picture",
      "By container",
      "Search by id",
      "Zoom in",
      "Keys (h)",
      "Picture.",
      "user:[4026531834]",
    ]) {
      expect(seen.filter((text) => text.startsWith(words))).toHaveLength(1);
    }
  });

  test("the wheel zooms around the pointer by 1.2 for 240, a drag moves and selects nothing", async () => {
    const { page } = await open(browser, pageOf("small", {}));
    await page.keyboard.press("1");
    await page.mouse.move(400, 400);
    await page.mouse.wheel(0, -240);
    await settle(page);
    expect(await scale(page)).toBeCloseTo(1.2, 5);
    const before = await transform(page);
    await page.mouse.down();
    await page.mouse.move(450, 430, { steps: 4 });
    await page.mouse.up();
    await settle(page);
    expect(await transform(page)).not.toBe(before);
    expect(await page.locator("#details").isVisible()).toBe(false);
    await page.close();
  });

  test("the SVG that s saves is a picture by itself", async () => {
    const { page, complaints } = await open(browser, pageOf("small", {}));
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("s")]);
    expect(download.suggestedFilename()).toMatch(/^namespaces-harbour-[\w.-]+\.svg$/);
    expect(readFileSync(await download.path(), "utf8")).toStartWith(
      '<svg xmlns="http://www.w3.org/2000/svg"',
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("on a screen of 360 points nothing sticks out, and details can be closed", async () => {
    const { page, complaints } = await open(browser, pageOf("small", {}), {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
    });
    const width = () => page.evaluate<number>("document.documentElement.scrollWidth");
    expect(await width()).toBe(360);
    await page.tap("g[data-key='ns:4026531834'] > .title");
    const box = await page.locator("#details").boundingBox();
    expect(box!.x).toBe(0);
    expect(box!.width).toBe(360);
    await page.tap("#details .close");
    expect(await page.locator("#details").isVisible()).toBe(false);
    await page.keyboard.press("e");
    expect(await width()).toBe(360);
    await page.keyboard.press("b");
    expect(await width()).toBe(360);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.each(["picture", "tree", "table"])("names that are programs do not run, as %s", async (view) => {
    const { page, complaints } = await open(browser, pageOf("hostile", { name: HOSTILE }));
    await page.getByRole("button", { name: `View as ${view}` }).click();
    for (const by of ["parent", "process", "container", "owner"]) {
      await page.getByRole("button", { name: `By ${by}`, exact: true }).click();
      expect(await page.locator("script:not(#data)").count()).toBe(1);
      expect(await page.locator("img, [onload], [onerror]").count()).toBe(0);
    }
    await page
      .locator("[data-key='ns:4026532141'], [data-key='ns:4026531834']")
      .first()
      .dispatchEvent("click");
    const text = (await page.locator("body").textContent()) ?? "";
    expect(text).toContain("\\u202e");
    expect(/[\u202a-\u202e\u2066-\u2069]/.test(text.replace(/^.*?<\/script>/s, ""))).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a dump from a file is shown, a file that is none is refused in words", async () => {
    const { page, complaints } = await open(browser, pageOf("small", {}));
    const choose = async (name: string, content: string) => {
      const [chooser] = await Promise.all([
        page.waitForEvent("filechooser"),
        page.getByLabel("Show a dump from a file").click(),
      ]);
      await chooser.setFiles({ name, mimeType: "application/json", buffer: Buffer.from(content) });
    };
    await choose("bad.json", '{"format":"other"}');
    await page.locator("#said", { hasText: "Cannot show" }).waitFor({ state: "attached" });
    expect(await page.locator("#title").textContent()).toContain("harbour");
    await choose("other.json", JSON.stringify(zoo({ name: "lighthouse" })));
    await page.locator("#title", { hasText: "lighthouse" }).waitFor();
    expect(await page.locator("#sub").textContent()).toContain("from a file");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("the table is searched for rows that the picture has no boxes for", async () => {
    const { page } = await open(browser, pageOf("small", {}));
    await page.getByRole("button", { name: "By parent", exact: true }).click();
    await page.keyboard.press("b");
    await page.fill("#search input", "net nginx");
    expect(await page.locator("tr.hit").count()).toBe(2);
    await page.keyboard.press("Enter");
    expect(await page.locator("tr.at th").textContent()).toContain("net:[");
    await page.close();
  });

  test("filters leave out what was not asked for", async () => {
    const { page } = await open(browser, pageOf("small", {}));
    await page.locator("[data-filter=net]").click();
    expect(await page.locator("g.chip.k-net").count()).toBe(0);
    await page.locator("[data-filter=net]").click();
    await page.locator("[data-filter=orphans]").click();
    expect(await page.locator("g.chip:not(.empty)").count()).toBe(0);
    expect(await page.locator("g.chip.empty").count()).toBe(2);
    await page.locator("[data-filter=orphans]").click();
    await page.locator("[data-filter=container]").selectOption({ label: "podman web-0" });
    expect(await page.locator("g.chip").count()).toBe(5);
    await page.close();
  });

  test("without script the picture is there all the same, and on paper the tools are not", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(pageOf("small", {}));
    expect(await plain.locator("svg g.card").count()).toBe(7);
    await context.close();
    const { page } = await open(browser, pageOf("small", {}));
    await page.emulateMedia({ media: "print" });
    for (const tools of ["#toolbar", "#tools", "#filters"]) {
      expect(await page.locator(tools).isVisible()).toBe(false);
    }
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    const { width, height } = layoutOf(pictureOf(zoo(), "owner").graph);
    expect(await page.locator("#canvas svg").getAttribute("viewBox")).toBe(
      `-2 -2 ${width + 4} ${height + 4}`,
    );
    const pdf = await page.pdf({ landscape: true });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    await page.close();
  });
});
