/** Tables in the documentation are those of the source. */
import { expect, test } from "bun:test";
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
