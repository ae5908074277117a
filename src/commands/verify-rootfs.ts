/** `nsbox verify-rootfs`: what is broken in a tree. */
import { verifyTree } from "../../rootfs-tools/prove/verify.ts";
import type { Command, Parsed } from "../cli/command.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { print } from "../cli/print.ts";
import { UsageError } from "../util/errors.ts";
import { sanitize, sanitizeJson } from "../util/sanitize.ts";

/** `nsbox verify-rootfs`. */
export const command = {
  name: "verify-rootfs",
  usage: "[OPTIONS] DIR",
  description: `Looks through the root filesystem DIR, with DIR as the root, and lists what would not work in
it, a line for each: programs and libraries with a missing library or interpreter, scripts whose
interpreter is not there, links that lead nowhere, in circles or out of DIR, and objects that are broken
or cannot be read. Nothing is run, so DIR need not be trusted, nor be made for this machine.

A library that another one needs counts as missing only if DIR has none of that name: programs often know
better where theirs are. Links into /proc, /sys, /dev, /run and /tmp may dangle.

The status is 0 if all holds, 1 if something is broken.`,
  flags: [JSON_FLAG],
  positionals: "mixed",
  examples: [
    { line: "nsbox verify-rootfs ./rootfs", text: "What is broken in a tree, and why." },
    { line: "nsbox verify-rootfs --json ./rootfs", text: "The same for programs." },
  ],
  failure: 1,
  run,
} satisfies Command;

function run(input: Parsed): number {
  const [directory, ...others] = input.rest;
  if (directory === undefined || others.length > 0) {
    throw new UsageError("verify-rootfs wants one DIR", "nsbox verify-rootfs DIR");
  }
  const findings = verifyTree(directory);
  if (input.has("json")) print(sanitizeJson(JSON.stringify({ directory, findings }, undefined, 2)));
  else if (findings.length > 0) {
    print(
      findings
        .map(({ path, problem, what, why }) => sanitize(`${path}: ${problem}: ${what}: ${why}`))
        .join("\n"),
    );
  }
  return findings.length === 0 ? 0 : 1;
}
