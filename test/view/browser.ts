/** A real browser for the tests of pages: the system's Chromium, without a window. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const PROGRAM = "/usr/bin/chromium";

/** Tests that need it skip where it is not there. */
export const HAS_BROWSER = existsSync(PROGRAM);

const OPTIONS =
  "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run";

/** Starts it. */
export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: PROGRAM, args: OPTIONS.split(" ") });

/** A page, and all that it complained of: errors, violations of its policy, dialogs, requests to elsewhere. */
export interface Watched {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Opens `url`, and waits until the page says that it is drawn. */
export async function open(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const { origin } = new URL(url);
  page.on("request", (request) => {
    const to = new URL(request.url());
    if (to.protocol !== "blob:" && to.protocol !== "data:" && to.origin !== origin)
      complaints.push(`request: ${to}`);
  });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${(event as unknown as { violatedDirective: string }).violatedDirective}`);
    });
  });
  await page.goto(url);
  await page.waitForSelector(":root[data-ready]");
  return { page, complaints };
}
