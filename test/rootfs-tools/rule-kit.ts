/** A rule of a loader as files in which it decides what is loaded, and what many of them are made of. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { runpath } from "./fixtures.ts";
import type { Kit, Start } from "./systems.ts";

/** Sentence to the files: the loader is asked about what is returned. */
export type Rule = readonly [sentence: string, make: (kit: Kit) => Start, where?: "not emulated"];

/** A library at another place too. */
export function copy({ disk }: Kit, from: string, to: string): string {
  mkdirSync(dirname(`${disk}/${to}`), { recursive: true });
  copyFileSync(`${disk}/${from}`, `${disk}/${to}`);
  return to;
}

/** Changes bytes of a file. */
export function patch({ disk }: Kit, file: string, offset: number, ...bytes: number[]): void {
  const content = readFileSync(`${disk}/${file}`);
  content.set(bytes, offset);
  writeFileSync(`${disk}/${file}`, content);
}

/** A program that needs lib/libone.so and has `flags`. */
export function one(kit: Kit, ...flags: string[]): Start {
  return kit.program("bin/p", { needs: [kit.library("lib/libone.so")], flags });
}

/** The same, with something else where the search comes first. */
export function behind(kit: Kit, first: (at: string) => void): Start {
  const start = one(kit, ...runpath(`${kit.inside}/first`, `${kit.inside}/lib`));
  mkdirSync(`${kit.disk}/first`);
  first(`${kit.disk}/first/libone.so`);
  return start;
}

/** A program that needs libone.so, which needs libtwo.so; both in lib. */
export function two(kit: Kit, programFlags: readonly string[], libraryFlags: readonly string[] = []): Start {
  const second = kit.library("lib/libtwo.so");
  const first = kit.library("lib/libone.so", { needs: [second], flags: libraryFlags });
  return kit.program("bin/p", { needs: [first], flags: programFlags });
}
