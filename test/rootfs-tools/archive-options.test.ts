/** What is typed about the form of a tree, and about an image. */
import { describe, expect, test } from "bun:test";
import { parsePlatform, platformOf } from "../../rootfs-tools/archive/platform.ts";
import { parse } from "../../src/cli/argv.ts";
import type { Command } from "../../src/cli/command.ts";
import { readOutput } from "../../src/commands/build-rootfs/output.ts";
import { OUTPUT_FLAGS } from "../../src/commands/build-rootfs/output-flags.ts";

const command: Command = {
  name: "build-rootfs",
  usage: "",
  description: "",
  flags: OUTPUT_FLAGS,
  positionals: "mixed",
  examples: [],
  failure: 1,
  run: () => 0,
};

const read = (words: readonly string[], target = "x.oci", epoch?: number) =>
  readOutput(parse(command, [...words, target]), target, epoch);

test("everything that an image says can be given", () => {
  const words = [
    ...["-t", "example.org:5000/tools/git:2.39", "--tag", "git"],
    ...["--entrypoint", "/bin/git  --no-pager", "--cmd", '["log", "a b"]'],
    ...["-e", "A=1", "--env", "B=x=y", "-e", "A=2", "-u", "nobody:nogroup", "-w", "/src"],
    ...["--label", "org.example.a=one two", "--expose", "80", "--expose", "53/udp"],
    ...["--volume", "/data", "--stop-signal", "int", "--platform", "linux/arm/v6", "--compress", "zstd"],
  ];
  expect(read(words, "x.oci", 5)).toEqual({
    form: "oci",
    image: {
      tags: ["example.org:5000/tools/git:2.39", "git"],
      entrypoint: ["/bin/git", "--no-pager"],
      cmd: ["log", "a b"],
      env: ["A=2", "B=x=y"],
      user: "nobody:nogroup",
      workdir: "/src",
      labels: { "org.example.a": "one two" },
      ports: ["80/tcp", "53/udp"],
      volumes: ["/data"],
      stopSignal: "SIGINT",
      platform: { os: "linux", architecture: "arm", variant: "v6" },
      compression: "zstd",
      created: 5,
    },
  });
});

test("a form without images has no image, and wants no options of one", () => {
  expect(read([], "x.tar")).toEqual({ form: "tar" });
  expect(read(["-o", "cpio.gz"], "initramfs")).toEqual({ form: "cpio.gz" });
  expect(() => read(["--tag", "x"], "x.tar")).toThrow(
    '"--tag" belongs to images, and "x.tar" becomes a tar file',
  );
  expect(() => read(["--env", "A=1"], "rootfs")).toThrow(
    '"--env" belongs to images, and "rootfs" becomes a directory',
  );
  expect(() => read(["--compress", "gzip"], "x.docker.tar")).toThrow('"--compress" belongs to OCI images');
});

describe("a value that is none is refused by its option:", () => {
  test.each([
    ["--tag", "Git:1"],
    ["--tag", "git:"],
    ["--tag", "git@sha256:0"],
    ["--tag", "a//b"],
    ["--tag", `git:${"a".repeat(129)}`],
    ["--tag", "a/".repeat(200).concat("a")],
    ["--entrypoint", '["a", 1]'],
    ["--entrypoint", '["a"'],
    ["--cmd", 'sh -c "exit 3"'],
    ["--env", "A"],
    ["--env", "=1"],
    ["--label", "A"],
    ["--user", "a:b:c"],
    ["--user", ""],
    ["--workdir", "src"],
    ["--volume", "data"],
    ["--expose", "0"],
    ["--expose", "65536"],
    ["--expose", "80/icmp"],
    ["--stop-signal", "65"],
    ["--stop-signal", "a b"],
    ["--platform", "windows/amd64"],
    ["--platform", "linux/vax"],
    ["--platform", "linux/arm/six"],
    ["--compress", "xz"],
  ])("%s %s", (option, value) => {
    expect(() => read([option, value])).toThrow(`Invalid "${option} ${value}"`);
  });
});

test("machines go by the names of Go, of the kernel and of Debian", () => {
  expect(parsePlatform("x86_64")).toEqual({ os: "linux", architecture: "amd64" });
  expect(parsePlatform("linux/aarch64")).toEqual({ os: "linux", architecture: "arm64", variant: "v8" });
  expect(platformOf({ bits: 64, machine: 183, bigEndian: false })?.architecture).toBe("arm64");
  expect(platformOf({ bits: 32, machine: 3, bigEndian: false })?.architecture).toBe("386");
  expect(platformOf({ bits: 64, machine: 3, bigEndian: false })).toBeUndefined();
});
