/** Tables in the documentation are those of the source. */
import { expect, test } from "bun:test";
import { limitsPage } from "../../scripts/limits-docs.ts";
import { securityPage } from "../../scripts/security-docs.ts";
import { seeingPage } from "../../scripts/seeing-docs.ts";
import { text } from "./sources.ts";

test("docs/security.md has the tables as scripts/security-docs.ts writes them", () => {
  const page = text("docs/security.md");
  expect(page).toBe(securityPage(page));
});

test("docs/seeing.md has the columns as scripts/seeing-docs.ts writes them", () => {
  const page = text("docs/seeing.md");
  expect(page).toBe(seeingPage(page));
});

test("docs/limits.md has the table as scripts/limits-docs.ts writes it", () => {
  const page = text("docs/limits.md");
  expect(page).toBe(limitsPage(page));
});
