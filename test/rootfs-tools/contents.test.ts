/** What programs open by themselves: judged by programs that open it, in a tree of their own. */
import { expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { servicesIn } from "../../rootfs-tools/collect/nss.ts";
import { assemble, collect, pathsOf } from "./contents.ts";
import { asRoot, inside, program, run, withCommand, workspace } from "./fixtures.ts";

const work = workspace();
let count = 0;
const fresh = (): string => `${work}/tree${++count}`;

/** A sysroot with these files, each with its text. */
function system(files: Readonly<Record<string, string>>): string {
  const root = fresh();
  mkdirSync(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, text);
  }
  return root;
}

asRoot("with --nss names are looked up as on this system, and no secrets come along", async () => {
  const tree = fresh();
  await assemble(tree, ["bash", "getent", "id"], { nss: true });
  for (const question of ["passwd root", "passwd daemon", "group tty", "hosts localhost", "services https"]) {
    expect(inside(tree, `getent ${question}`)).toBe(run(["getent", ...question.split(" ")]));
  }
  expect(inside(tree, "id -un nobody")).toBe("nobody\n");
  expect(readdirSync(`${tree}/etc`).filter((name) => name.includes("shadow"))).toEqual([]);
});

asRoot("without --nss no name is known there", async () => {
  const tree = fresh();
  await assemble(tree, ["bash", "getent"]);
  expect(() => inside(tree, "getent passwd daemon")).toThrow();
});

test("the services of nsswitch.conf are named without reactions, comments and doubles", async () => {
  const text =
    "passwd: files systemd # nis\n\n hosts : files mdns4_minimal [NOTFOUND=return] dns\n#group: ldap\n";
  expect(servicesIn(text)).toEqual(["files", "systemd", "mdns4_minimal", "dns"]);
  expect(servicesIn("")).toEqual(["files", "dns"]);
  expect(servicesIn("hosts: ../../evil files")).toEqual(["files"]);
});

test("every module that nsswitch.conf names and that is not in libc comes with its libraries", async () => {
  const modules = servicesIn(readFileSync("/etc/nsswitch.conf", "utf8")).filter(
    (name) => !["files", "dns"].includes(name),
  );
  const paths = pathsOf(await collect(["getent"], { nss: true }));
  const [directory = ""] = run([
    "bash",
    "-c",
    "ldconfig -p | sed -n 's,.* => \\(.*\\)/libc.so.6$,\\1,p'",
  ]).split("\n");
  for (const name of modules) {
    const file = `${directory}/libnss_${name}.so.2`;
    expect([name, paths.includes(file)]).toEqual([name, existsSync(file)]);
  }
});

withCommand("musl-gcc")(
  "programs of musl get the files that musl reads, and no module of glibc",
  async () => {
    const path = program(`${work}/musl/p`, { compiler: "musl-gcc" });
    const paths = pathsOf(await collect([path], { nss: true, gconv: "all" }));
    expect(paths).toContain("/etc/passwd");
    expect(paths).not.toContain("/etc/nsswitch.conf");
    expect(paths.filter((name) => /libnss|gconv/.test(name))).toEqual([]);
  },
);

test("passwords in passwd and group stay behind", async () => {
  const root = system({
    "/etc/passwd": "root:$6$salt$hash:0:0::/root:/bin/sh\nx:x:1:1::/:\nopen::2:2::/:\nlocked:*:3:3::/:\n",
    "/etc/group": "root:x:0:\n",
    "/etc/shadow": "root:$6$salt$hash:::::::\n",
  });
  const tree = fresh();
  const collector = await assemble(tree, [], { nss: true }, root);
  expect(readFileSync(`${tree}/etc/passwd`, "utf8")).toBe(
    "root:x:0:0::/root:/bin/sh\nx:x:1:1::/:\nopen::2:2::/:\nlocked:*:3:3::/:\n",
  );
  expect(collector.notes).toEqual(['"/etc/passwd" holds passwords: they were left out']);
  expect(existsSync(`${tree}/etc/shadow`)).toBe(false);
});

test("a resolv.conf that another program keeps in /run is there as it reads now", async () => {
  const root = system({ "/run/resolver/stub.conf": "nameserver 192.0.2.1\n", "/etc/hosts": "" });
  symlinkSync("../run/resolver/stub.conf", `${root}/etc/resolv.conf`);
  const tree = fresh();
  await assemble(tree, [], { nss: true }, root);
  expect(readFileSync(`${tree}/etc/resolv.conf`, "utf8")).toBe("nameserver 192.0.2.1\n");
  expect(existsSync(`${tree}/run`)).toBe(false);
});

asRoot("with --tz a zone is known by its name, and the local time is this system's", async () => {
  const tree = fresh();
  await assemble(tree, ["bash", "date"], { timeZones: ["Europe/Berlin", "Asia/Kolkata"] });
  const at = "date -d @1700000000 '+%F %T %Z'";
  expect(inside(tree, at, { TZ: "Europe/Berlin" })).toBe("2023-11-14 23:13:20 CET\n");
  expect(inside(tree, at, { TZ: "Asia/Kolkata" })).toBe("2023-11-15 03:43:20 IST\n");
  expect(inside(tree, at, { TZ: "Europe/Paris" })).toEndWith("Europe\n");
  expect(inside(tree, at)).toBe(run(["bash", "-c", at]));
});

test("with --tz alone every zone is there once, those with leap seconds are not", async () => {
  const tree = fresh();
  await assemble(tree, [], { timeZones: "all" });
  const names = (root: string): string[] =>
    run(["find", ".", "-not", "-type", "d", "-not", "-path", "./right/*", "-not", "-path", "./posix/*"], {
      cwd: `${root}/usr/share/zoneinfo`,
    })
      .split("\n")
      .sort();
  expect(names(tree)).toEqual(names(""));
  expect(existsSync(`${tree}/usr/share/zoneinfo/right`)).toBe(false);
});

test("a zone that is not there is an error, and so is a way out of the zones", async () => {
  await expect(collect([], { timeZones: ["Europe/Atlantis"] })).rejects.toThrow(
    'the time zone "Europe/Atlantis"',
  );
  await expect(collect([], { timeZones: ["../../../etc/shadow"] })).rejects.toThrow(
    'time zone "../../../etc/shadow"',
  );
  await expect(collect([], { timeZones: ["/etc/passwd"] })).rejects.toThrow('time zone "/etc/passwd"');
});

test("a system without zones gets a hint at the package by the name of its distribution", async () => {
  const root = system({ "/etc/os-release": "NAME=x\nID=mint\nID_LIKE='ubuntu debian'\n" });
  const error = await collect([], { timeZones: "all" }, root).catch((reason) => reason);
  expect(error.details).toMatchObject({ code: "not-found", hint: 'the package "tzdata" has it' });
});

asRoot("with --terminfo the usual terminals are known, and others by name", async () => {
  const tree = fresh();
  await assemble(tree, ["bash", "tput"], { terminfo: ["common"] });
  for (const name of ["xterm-256color", "linux", "screen", "vt100", "tmux"]) {
    expect(inside(tree, `tput -T ${name} colors`)).toBe(run(["tput", "-T", name, "colors"]));
  }
  expect(existsSync(`${tree}/lib/terminfo/h/hurd`)).toBe(false);
  const other = fresh();
  await assemble(other, ["bash", "tput"], { terminfo: ["hurd"] });
  expect(inside(other, "tput -T hurd cols")).toBe(run(["tput", "-T", "hurd", "cols"]));
  expect(() => inside(other, "tput -T xterm colors")).toThrow();
});

test("a terminal that nobody described is an error that names the places", async () => {
  await expect(collect([], { terminfo: ["teletype-9"] })).rejects.toThrow('the terminal "teletype-9"');
  await expect(collect([], { terminfo: ["../passwd"] })).rejects.toThrow('the terminal "../passwd"');
});

asRoot("with --certs a certificate is trusted as here, and no private key comes along", async () => {
  const tree = fresh();
  await assemble(tree, ["bash", "openssl", "curl"], { certs: true });
  const [certificate = ""] = readdirSync("/etc/ssl/certs").filter((name) => name.startsWith("ISRG_Root_X1"));
  expect(inside(tree, `openssl verify /etc/ssl/certs/${certificate}`)).toEndWith(": OK\n");
  expect(inside(tree, "openssl version -d")).toBe(run(["openssl", "version", "-d"]));
  const hashes = (root: string) => readdirSync(`${root}/etc/ssl/certs`).filter((name) => /\.0$/.test(name));
  expect(hashes(tree)).toEqual(hashes(""));
  expect(readlinkSync(`${tree}/etc/ssl/certs/${certificate}`)).toBe(
    readlinkSync(`/etc/ssl/certs/${certificate}`),
  );
  expect(existsSync(`${tree}/etc/ssl/private`)).toBe(false);
  expect(run(["find", tree, "-name", "*.key"])).toBe("");
});

test("a system without certificates is an error with the package's name", async () => {
  const root = system({ "/usr/lib/os-release": 'ID="alpine"\n' });
  const error = await collect([], { certs: true }, root).catch((reason) => reason);
  expect(error.details.hint).toBe('the package "ca-certificates" has it');
});

test("links among certificates that lead in circles or to keys do no harm", async () => {
  const root = system({ "/etc/ssl/certs/ca.pem": "pem", "/etc/ssl/private/host.key": "secret" });
  symlinkSync(".", `${root}/etc/ssl/certs/again`);
  symlinkSync("../private/host.key", `${root}/etc/ssl/certs/host.pem`);
  const tree = fresh();
  await assemble(tree, [], { certs: true }, root);
  expect(readdirSync(`${tree}/etc/ssl`)).toEqual(["certs"]);
  expect(readdirSync(`${tree}/etc/ssl/certs`)).toEqual(["again", "ca.pem"]);
});

asRoot(
  "with --gconv the charsets that were named are converted, by each of their names, and no others",
  async () => {
    const tree = fresh();
    await assemble(tree, ["bash", "iconv"], { gconv: ["latin1", "EUC-JP"] });
    expect(inside(tree, "printf '\\xe4' | iconv -f iso-8859-1 -t utf-8")).toBe("ä");
    expect(inside(tree, "printf '\\xe4' | iconv -f L1 -t utf-8")).toBe("ä");
    expect(inside(tree, "printf '\\xa4\\xa2' | iconv -f euc-jp -t utf-8")).toBe("あ");
    expect(
      inside(tree, "printf '\\xa4\\xa2' | iconv -f euc-jp -t latin1//TRANSLIT >/dev/null; echo $?"),
    ).toMatch(/^[01]\n$/);
    expect(() => inside(tree, "echo a | iconv -f koi8-r -t utf-8")).toThrow();
    const all = fresh();
    await assemble(all, ["bash", "iconv"], { gconv: "all" });
    expect(inside(all, "printf '\\xc1' | iconv -f koi8-r -t utf-8")).toBe("а");
    expect(inside(all, "iconv -l")).toBe(run(["iconv", "-l"]));
  },
);

test("a charset that nobody converts is an error, one that libc has built in needs nothing", async () => {
  await expect(collect(["iconv"], { gconv: ["klingon"] })).rejects.toThrow('the charset "klingon"');
  const bare = pathsOf(await collect(["iconv"]));
  expect(pathsOf(await collect(["iconv"], { gconv: ["UTF-8", "ascii"] }))).toEqual(bare);
});

test("file modes of what is added are kept", async () => {
  const root = system({ "/opt/script": "#!/bin/sh\n" });
  chmodSync(`${root}/opt/script`, 0o750);
  const tree = fresh();
  await assemble(tree, [], { add: [{ source: "/opt/script" }] }, root);
  expect(run(["stat", "-c", "%a", `${tree}/opt/script`])).toBe("750\n");
  rmSync(tree, { recursive: true });
});
