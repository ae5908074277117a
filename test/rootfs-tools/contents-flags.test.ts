/** What the options for a tree's contents come to. */
import { expect, test } from "bun:test";
import { parse } from "../../src/cli/argv.ts";
import { CONTENTS_FLAGS, readContents } from "../../src/commands/build-rootfs/contents-flags.ts";

const read = (...args: readonly string[]) => {
  const parsed = parse({ name: "build-rootfs", flags: CONTENTS_FLAGS, positionals: "mixed" }, args);
  return Object.fromEntries(
    Object.entries(readContents(parsed)).filter(
      ([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  );
};

test("nothing asked for is nothing", () => {
  expect(read()).toEqual({});
});

test("options with optional values stand for all, or for the words that commas part", () => {
  expect(read("--gconv", "--tz=Europe/Berlin,UTC", "--terminfo")).toEqual({
    gconv: "all",
    timeZones: ["Europe/Berlin", "UTC"],
    terminfo: ["common"],
  });
  expect(
    read("--gconv=latin1", "--gconv=euc-jp,", "--tz", "--tz=UTC", "--terminfo", "--terminfo=hurd"),
  ).toEqual({
    gconv: ["latin1", "euc-jp"],
    timeZones: "all",
    terminfo: ["common", "hurd"],
  });
  expect(read("--terminfo=all")).toEqual({ terminfo: "all" });
});

test("switches and lists", () => {
  expect(
    read("--nss", "--certs", "--with-packages", "--no-docs", "--package", "git", "--package", "vim"),
  ).toEqual({
    nss: true,
    certs: true,
    withPackages: true,
    noDocs: true,
    packages: ["git", "vim"],
  });
  expect(read("--locale", "de_DE.UTF-8,C.UTF-8", "--locale", "fr_FR")).toEqual({
    locales: ["de_DE.UTF-8", "C.UTF-8", "fr_FR"],
  });
});

test("what to add is parted by a colon, and a colon of a path has a backslash", () => {
  expect(read("--add", "/etc/motd", "--add", "./a:/b/", "--add", "a\\:b:/c\\:d")).toEqual({
    add: [
      { source: "/etc/motd", destination: undefined },
      { source: "./a", destination: "/b/" },
      { source: "a:b", destination: "/c:d" },
    ],
  });
  expect(() => read("--add", "a:b:c")).toThrow('too many parts: "a:b:c"');
  expect(() => read("--add", "a:")).toThrow('lacks a path: "a:"');
  expect(() => read("--add", ":/b")).toThrow('lacks a path: ":/b"');
});

test("libraries opened by programs come by priority", () => {
  expect(read("--dlopen")).toEqual({ dlopen: "recommended" });
  expect(read("--dlopen=all")).toEqual({ dlopen: "suggested" });
  expect(read("--dlopen=required")).toEqual({ dlopen: "required" });
  expect(() => read("--dlopen=some")).toThrow('--dlopen knows no "some"');
});
