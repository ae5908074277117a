/** What is said of a program whose package has more than libraries. */
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { packageNotes } from "../../rootfs-tools/packages/hints.ts";
import { collect } from "./contents.ts";
import { program as compile, workspace } from "./fixtures.ts";

const work = workspace();
const five = (directory: string) => [1, 2, 3, 4, 5].map((number) => `${directory}/${number}`);

/** The notes on `/usr/bin/NAME`, whose package has it and five files in each of `directories`. */
async function notesOn(name: string, directories: readonly string[]): Promise<string[]> {
  const root = `${work}/${name}`;
  const path = `/usr/bin/${name}`;
  compile(root + path, { flags: ["-static"] });
  const listed = [path, ...directories.flatMap((directory) => [directory, ...five(directory)])];
  const info = `${root}/var/lib/dpkg/info/${name}.list`;
  mkdirSync(dirname(info), { recursive: true });
  writeFileSync(info, `/.\n${listed.join("\n")}\n`);
  writeFileSync(`${root}/var/lib/dpkg/status`, `Package: ${name}\nVersion: 1\nArchitecture: all\n`);
  return [...packageNotes(await collect([path], {}, root))];
}

test("a program's own directory of configuration is told, those of others are not", async () => {
  expect(await notesOn("webserver", ["/etc/webserver", "/etc/logrotate.d"])).toEqual([
    '"/usr/bin/webserver" may need more than libraries: its package webserver also has /etc/webserver (5 files); --with-packages adds them',
  ]);
});

test("extensions for an editor are nothing that a program needs, but what the editor needs", async () => {
  expect(await notesOn("daemon", ["/usr/share/vim"])).toEqual([]);
  expect(await notesOn("vim", ["/usr/share/vim"])).toEqual([expect.stringContaining("/usr/share/vim (5")]);
});
