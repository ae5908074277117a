/** Package databases, each judged by the package manager that keeps it, where that is here. */
import { expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { Host } from "../../rootfs-tools/load/host.ts";
import { openDatabase, type PackageDatabase } from "../../rootfs-tools/packages/database.ts";
import { packageNotes } from "../../rootfs-tools/packages/hints.ts";
import { RpmHeader } from "../../rootfs-tools/packages/rpm-header.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { assemble, collect, pathsOf } from "./contents.ts";
import { asRoot, inside, program, run, withCommand, workspace } from "./fixtures.ts";

const work = workspace();
let count = 0;

/** A system with these files. */
function system(files: Readonly<Record<string, string>>): string {
  const root = `${work}/system${++count}`;
  mkdirSync(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, text);
  }
  return root;
}

async function databaseIn(root: string): Promise<PackageDatabase> {
  const database = await openDatabase(new Host(root));
  if (database === undefined) throw new Error(`no database in ${root}`);
  return database;
}

const dpkg = withCommand("dpkg-query");

dpkg("each Debian package has the files that dpkg -L lists, and what dpkg-query shows of it", async () => {
  const database = await databaseIn("");
  const fields = ["db:Status-Status", "binary:Package", "Package", "Version", "Architecture"];
  const more = ["source:Package", "source:Version", "Maintainer"];
  const format = [...fields, ...more].map((name) => `$\{${name}}`).join("\t");
  const rows = run(["dpkg-query", "-W", "-f", `${format}\n`])
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));
  const installed = new Map(
    rows.filter(([status]) => status === "installed").map(([, id = "", ...rest]) => [id, rest]),
  );
  expect(database.ids).toEqual([...installed.keys()].sort());
  for (const [id, row] of installed) {
    const about = database.about(id);
    const source = [about?.source, about?.sourceVersion ?? about?.version];
    expect([about?.name, about?.version, about?.arch, ...source, about?.maintainer]).toEqual(row);
  }
  const lists = run(["dpkg", "-L", ...database.ids])
    .trim()
    .split("\n\n");
  for (const [index, id] of database.ids.entries()) {
    const listed = (lists[index] ?? "").split("\n");
    // Two lines tell of a diversion: the path, then where it is.
    const expected = listed.flatMap((line, at) => {
      const [, moved] = /^(?:diverted by .* to|locally diverted to): (.*)$/.exec(listed[at + 1] ?? "") ?? [];
      return /^(?:diverted by|locally diverted|package diverts)/.test(line) ? [] : [moved ?? line];
    });
    expect(database.filesOf(id)).toEqual(expected.map((path) => (path === "/." ? "/" : path)));
  }
});

dpkg("the owner of a file is dpkg -S's, for every program and library of this system", async () => {
  const database = await databaseIn("");
  const paths = ["/usr/bin", "/usr/sbin", "/usr/lib", "/bin"].flatMap((directory) =>
    readdirSync(realpathSync(directory)).map((name) => `${realpathSync(directory)}/${name}`),
  );
  const files = [...new Set(paths)].filter((path) => lstatSync(path).isFile());
  expect(files.length).toBeGreaterThan(300);
  // dpkg knows a file by the path in its package, which may be from before /bin became a link.
  const spelled = files.flatMap((path) => [path, path.replace(/^\/usr/, "")]);
  const owners = new Map<string, string>();
  const { stdout } = Bun.spawnSync(["dpkg", "-S", ...spelled]);
  for (const line of stdout.toString().split("\n")) {
    const [, owner, path = ""] = /^(?!diversion )(.*): (\/.*)$/.exec(line) ?? [];
    if (owner !== undefined) owners.set(path, owner);
  }
  // Of what was diverted it knows the path in the package, not where it is.
  for (const line of run(["dpkg-divert", "--list"]).split("\n")) {
    const [, from = "", to = "", by = ""] = /^diversion of (.*) to (.*) by (.*)$/.exec(line) ?? [];
    const others =
      owners
        .get(from)
        ?.split(", ")
        .filter((owner) => owner !== by) ?? [];
    if (others[0] !== undefined) owners.set(to, others[0]);
    if (owners.has(from)) owners.set(from, by);
  }
  const plain = (id: string | undefined) => id?.replace(/:.*/, "");
  for (const path of files) {
    const owner = owners.get(path) ?? owners.get(path.replace(/^\/usr/, ""));
    expect([path, plain(database.ownerOf(path))]).toEqual([path, plain(owner?.replace(/, .*/, ""))]);
  }
});

test("a Debian file that was diverted belongs to its package where it stands now", async () => {
  const root = system({
    "/var/lib/dpkg/status":
      "Package: old\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nDepends: absent | virtual (>= 1), new:any\n\n" +
      "Package: new\nStatus: install ok installed\nSource: other (0.9)\nVersion: 2:1.0-1\nArchitecture: amd64\nProvides: virtual (= 1)\nHomepage: https://new.example\nDescription: Short\n Long\n .\n text\n",
    "/var/lib/dpkg/info/old.list": "/.\n/usr\n/usr/bin\n/usr/bin/x\n/bin/y\n",
    "/var/lib/dpkg/info/new:amd64.list": "/.\n/usr\n/usr/bin\n/usr/bin/x\n",
    "/var/lib/dpkg/diversions": "/usr/bin/x\n/usr/bin/x.old\nnew\n",
    "/usr/bin/x": "",
    "/usr/bin/y": "",
  });
  symlinkSync("usr/bin", `${root}/bin`);
  const database = await databaseIn(root);
  expect(database.ownerOf("/usr/bin/x")).toBe("new:amd64");
  expect(database.ownerOf("/usr/bin/x.old")).toBe("old");
  expect(database.ownerOf("/usr/bin/y")).toBe("old");
  expect(database.ownerOf("/usr/bin/z")).toBeUndefined();
  expect(database.filesOf("old")).toEqual(["/", "/usr", "/usr/bin", "/usr/bin/x.old", "/bin/y"]);
  expect(database.find("new")).toBe("new:amd64");
  expect(database.dependenciesOf("old")).toEqual(["new:amd64"]);
  expect(database.about("new:amd64")).toMatchObject({
    ...{ name: "new", version: "2:1.0-1", arch: "amd64", source: "other", sourceVersion: "0.9" },
    ...{ homepage: "https://new.example", description: "Short" },
  });
});

test("of a Debian package that was removed nothing is known, though its configuration is left", async () => {
  const root = system({
    "/var/lib/dpkg/status":
      "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\nArchitecture: all\n\n" +
      "Package: here\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n",
    "/var/lib/dpkg/info/gone.list": "/.\n/etc/gone.conf\n",
    "/var/lib/dpkg/info/here.list": "/.\n",
  });
  const database = await databaseIn(root);
  expect(database.ids).toEqual(["here"]);
  expect(database.ownerOf("/etc/gone.conf")).toBeUndefined();
});

test("an image without dpkg tells of its packages in status.d", async () => {
  const root = system({
    "/var/lib/dpkg/status.d/tzdata": "Package: tzdata\nVersion: 2025b-0\nArchitecture: all\n",
    "/var/lib/dpkg/status.d/tzdata.md5sums": "d41d8cd98f00b204e9800998ecf8427e  usr/share/zoneinfo/UTC\n",
    "/usr/share/zoneinfo/UTC": "",
  });
  const database = await databaseIn(root);
  expect(database.ownerOf("/usr/share/zoneinfo/UTC")).toBe("tzdata");
  expect(database.about("tzdata")).toMatchObject({ name: "tzdata", version: "2025b-0", arch: "all" });
});

test("Alpine's database is read, with what packages provide", async () => {
  const root = system({
    "/lib/apk/db/installed":
      "C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:x86_64\nT:the musl c library\nU:https://musl.example/\nL:MIT\no:musl\nm:A Person <a@b.example>\np:so:libc.musl-x86_64.so.1=1\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1x=\nR:libc.musl-x86_64.so.1\n\n" +
      "P:busybox\nV:1.36.1-r5\nA:x86_64\nL:GPL-2.0-only\no:busybox\nD:so:libc.musl-x86_64.so.1 !other musl>=1.2\nF:\nF:bin\nR:busybox\nR:sh\nF:etc/network/if-up.d\n\n",
  });
  const database = await databaseIn(root);
  expect(database.type).toBe("apk");
  expect(database.filesOf("busybox")).toEqual(["/bin", "/bin/busybox", "/bin/sh", "/etc/network/if-up.d"]);
  expect(database.ownerOf("/lib/ld-musl-x86_64.so.1")).toBe("musl");
  expect(database.dependenciesOf("busybox")).toEqual(["musl"]);
  expect(database.about("musl")).toEqual({
    ...{ name: "musl", version: "1.2.4-r2", arch: "x86_64", source: "musl", licence: "MIT" },
    ...{
      maintainer: "A Person <a@b.example>",
      homepage: "https://musl.example/",
      description: "the musl c library",
    },
  });
});

test("Arch Linux's database is read, and a file in /usr/sbin is one in /usr/bin", async () => {
  const root = system({
    "/var/lib/pacman/local/ALPM_DB_VERSION": "9\n",
    "/var/lib/pacman/local/bash-5.2.037-1/desc":
      "%NAME%\nbash\n\n%VERSION%\n5.2.037-1\n\n%BASE%\nbash\n\n%DESC%\nThe shell\n\n%ARCH%\nx86_64\n\n%URL%\nhttps://bash.example\n\n%LICENSE%\nGPL-3.0-or-later\nMIT\n\n%PACKAGER%\nA Person <a@b.example>\n\n%PROVIDES%\nsh=5\n\n",
    "/var/lib/pacman/local/bash-5.2.037-1/files":
      "%FILES%\netc/\netc/bash.bashrc\nusr/\nusr/bin/\nusr/bin/bash\n\n%BACKUP%\netc/bash.bashrc\t0123\n\n",
    "/var/lib/pacman/local/which-2.21-6/desc":
      "%NAME%\nwhich\n\n%VERSION%\n2.21-6\n\n%ARCH%\nx86_64\n\n%DEPENDS%\nsh\nglibc>=2\n\n",
    "/var/lib/pacman/local/which-2.21-6/files": "%FILES%\nusr/sbin/which\n",
    "/usr/bin/which": "",
  });
  symlinkSync("bin", `${root}/usr/sbin`);
  const database = await databaseIn(root);
  expect(database.type).toBe("alpm");
  expect(database.filesOf("bash")).toEqual(["/etc", "/etc/bash.bashrc", "/usr", "/usr/bin", "/usr/bin/bash"]);
  expect(database.ownerOf("/usr/bin/which")).toBe("which");
  expect(database.dependenciesOf("which")).toEqual(["bash"]);
  expect(database.about("bash")).toEqual({
    ...{
      name: "bash",
      version: "5.2.037-1",
      arch: "x86_64",
      source: "bash",
      licence: "GPL-3.0-or-later AND MIT",
    },
    ...{ maintainer: "A Person <a@b.example>", homepage: "https://bash.example", description: "The shell" },
  });
});

const SPEC = `
Name: tool
Epoch: 3
Version: 1.2
Release: 4
Summary: A tool
License: MIT
URL: https://tool.example
Packager: A Person <a@b.example>
BuildArch: noarch
Requires: tool-data >= 1, /usr/share/tool/deep/one
%description
A tool.
%package data
Summary: Its data
Requires: missing
%description data
Data.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/share/tool/deep %{buildroot}/etc %{buildroot}/var/lib/tool %{buildroot}/usr/share/doc/tool
echo '#!/bin/sh' > %{buildroot}/usr/bin/tool
ln -s tool %{buildroot}/usr/bin/other
echo 1 > %{buildroot}/usr/share/tool/deep/one
echo 2 > %{buildroot}/etc/tool.conf
echo 3 > %{buildroot}/usr/share/doc/tool/README
%files
%attr(755,root,root) /usr/bin/tool
/usr/bin/other
%config /etc/tool.conf
%dir /var/lib/tool
%doc /usr/share/doc/tool/README
%files data
/usr/share/tool
`;

withCommand("rpmbuild")("RPM's database is read as rpm -q reads it", async () => {
  const root = system({ "/spec/tool.spec": SPEC });
  const top = `${root}/build`;
  run(["rpmbuild", "-bb", "--quiet", "--define", `_topdir ${top}`, `${root}/spec/tool.spec`]);
  const packages = readdirSync(`${top}/RPMS/noarch`).map((name) => `${top}/RPMS/noarch/${name}`);
  const rpm = (...words: readonly string[]) =>
    run(["rpm", "--root", root, "--dbpath", "/var/lib/rpm", ...words]);
  rpm("-i", "--nodeps", "--force-debian", ...packages);
  const database = await databaseIn(root);
  expect(database.type).toBe("rpm");
  expect(database.ids).toEqual(["tool-data.noarch", "tool.noarch"]);
  for (const id of database.ids) {
    expect(database.filesOf(id)).toEqual(rpm("-ql", id).trim().split("\n"));
    for (const path of database.filesOf(id)) {
      if (lstatSync(root + path).isDirectory()) continue;
      expect(`${database.ownerOf(path)}\n`).toBe(rpm("-qf", "--qf", "%{NAME}.%{ARCH}\n", path));
    }
  }
  const { name, version, arch, licence, maintainer, homepage, description, source, sourceVersion } =
    database.about("tool.noarch") ?? {};
  const format =
    "%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE} %{ARCH} %{LICENSE} %{PACKAGER} %{URL} %{SUMMARY} %{SOURCERPM}";
  expect(
    `${name} ${version} ${arch} ${licence} ${maintainer} ${homepage} ${description} ${source}-${sourceVersion}.src.rpm`,
  ).toBe(rpm("-q", "--qf", format, "tool"));
  expect(database.dependenciesOf("tool.noarch")).toEqual(["tool-data.noarch"]);
  // Looking changes nothing beside the database.
  const beside = () => run(["ls", "-l", "--full-time", `${root}/var/lib/rpm`]);
  const before = beside();
  await databaseIn(root);
  expect(beside()).toBe(before);
  const tree = `${work}/tool-tree`;
  await assemble(tree, [], { packages: ["tool", "tool-data"], noDocs: true }, root);
  expect(lstatSync(`${tree}/var/lib/tool`).isDirectory()).toBe(true);
  expect(existsSync(`${tree}/usr/share/doc`)).toBe(false);
  expect(existsSync(`${tree}/usr/share/tool/deep/one`)).toBe(true);
});

test("an RPM database that is broken, or in an old format, is an error that names it", async () => {
  const broken = system({ "/var/lib/rpm/rpmdb.sqlite": "no database at all" });
  await expect(databaseIn(broken)).rejects.toThrow('"/var/lib/rpm/rpmdb.sqlite"');
  const old = system({ "/usr/lib/sysimage/rpm/Packages.db": "RpmP" });
  await expect(databaseIn(old)).rejects.toThrow('"/usr/lib/sysimage/rpm/Packages.db"');
});

/** A header of an RPM package with these strings by their tags. */
function header(values: Readonly<Record<number, string>>): Uint8Array {
  const data = Object.values(values).join("\0");
  const entries = Object.keys(values).length;
  const bytes = new Uint8Array(8 + 16 * entries + data.length + 1);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, entries);
  view.setUint32(4, data.length + 1);
  let offset = 0;
  for (const [index, [tag, value]] of Object.entries(values).entries()) {
    for (const [at, word] of [Number(tag), 6, offset, 1].entries())
      view.setUint32(8 + 16 * index + 4 * at, word);
    offset += value.length + 1;
  }
  bytes.set(new TextEncoder().encode(data), 8 + 16 * entries);
  return bytes;
}

test("of a header with any byte changed each field is read or refused, in bounded time", () => {
  const good = header({ 1000: "tool", 1001: "1.2", 1014: "MIT", 1117: "file", 1118: "/usr/bin/" });
  expect(new RpmHeader(good).text("licence")).toBe("MIT");
  let refused = 0;
  for (let at = 0; at < good.length; at++) {
    for (const value of [0, 1, 127, 255]) {
      const bytes = good.slice();
      bytes[at] = value;
      try {
        const broken = new RpmHeader(bytes);
        for (const tag of ["name", "version", "licence", "baseNames"] as const) broken.texts(tag);
        broken.numbers("directoryIndexes");
      } catch (error) {
        expect(error).toBeInstanceOf(NsboxError);
        refused++;
      }
    }
  }
  expect(refused).toBeGreaterThan(100);
});

test("a system without any database has no packages to add", async () => {
  const root = system({ "/etc/hostname": "x" });
  expect(await openDatabase(new Host(root))).toBeUndefined();
  await expect(collect([], { packages: ["bash"] }, root)).rejects.toThrow("Cannot add packages");
});

dpkg("a package that is not installed is an error, with those of like names", async () => {
  const error = await collect([], { packages: ["libc"] }).catch((reason) => reason);
  expect(error.message).toBe('Cannot add the package "libc"');
  expect(error.details.hint).toContain("libc-bin");
});

dpkg("--package adds every file of a package, and what its programs load", async () => {
  const collector = await collect([], { packages: ["tar"] });
  const paths = pathsOf(collector);
  const listed = run(["dpkg", "-L", "tar"])
    .trim()
    .split("\n")
    .filter((path) => path !== "/." && existsSync(path));
  for (const path of listed) expect(paths).toContain(path);
  expect(paths.some((path) => path.endsWith("/libc.so.6"))).toBe(true);
  const without = pathsOf(await collect([], { packages: ["tar"], noDocs: true }));
  expect(without.filter((path) => path.startsWith("/usr/share/man/"))).toEqual([]);
  expect(without).toContain("/usr/share/doc/tar/copyright");
});

asRoot("what an ordinary user may not read of a package is left out, and told", async () => {
  const root = system({
    "/var/lib/dpkg/status": "Package: a\nVersion: 1\nArchitecture: all\n",
    "/var/lib/dpkg/info/a.list": "/.\n/etc\n/etc/secret\n/etc/open\n",
    "/etc/secret": "",
    "/etc/open": "",
  });
  run(["chmod", "600", `${root}/etc/secret`]);
  run(["chmod", "755", work]);
  const script = `
    import { Collector } from "${import.meta.dir}/../../rootfs-tools/collect/collector.ts";
    import { addPackages } from "${import.meta.dir}/../../rootfs-tools/packages/add.ts";
    const collector = new Collector({ searchPath: "", root: "${root}" });
    await addPackages(collector, { packages: ["a"], withPackages: false, noDocs: false });
    console.log(JSON.stringify([collector.notes, [...collector.manifest.wanted.keys()]]));`;
  const user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  expect(JSON.parse(run([...user, process.execPath, "-e", script]))).toEqual([
    ['left out of packages, since only root may read it: "/etc/secret"'],
    ["/etc", "/etc/open"],
  ]);
});

test("a script that is a command of a package brings its interpreter, or tells what it lacks", async () => {
  const root = system({
    "/var/lib/dpkg/status": "Package: a\nVersion: 1\nArchitecture: all\n",
    "/var/lib/dpkg/info/a.list": "/usr/bin/one\n/usr/bin/two\n/usr/share/a/hook\n",
    "/usr/bin/one": "#!/opt/interpreter\n",
    "/usr/bin/two": "#!/opt/absent\n",
    "/usr/share/a/hook": "#!/opt/other\n",
  });
  program(`${root}/opt/interpreter`, { flags: ["-static"] });
  run([
    "bash",
    "-c",
    `cp ${root}/opt/interpreter ${root}/opt/other; chmod 755 ${root}/usr/bin/* ${root}/usr/share/a/hook`,
  ]);
  const collector = await collect([], { packages: ["a"] }, root);
  expect(pathsOf(collector).sort()).toEqual([
    ...["/opt/interpreter", "/usr/bin/one", "/usr/bin/two", "/usr/share/a/hook"],
  ]);
  expect(collector.notes).toEqual([
    expect.stringContaining('"/usr/bin/two" of a package lacks what it needs'),
  ]);
});

test("files that a package lists and the system lacks are told once", async () => {
  const root = system({
    "/var/lib/dpkg/status": "Package: a\nVersion: 1\nArchitecture: all\n",
    "/var/lib/dpkg/info/a.list": "/.\n/usr\n/usr/share/man/one\n/usr/share/man/two\n/usr/here\n",
    "/usr/here": "",
  });
  const collector = await collect([], { packages: ["a"] }, root);
  expect(collector.notes).toEqual([
    'not on this system, though packages list it: "/usr/share/man/one" and 1 more',
  ]);
  expect(pathsOf(collector)).toContain("/usr/here");
});

asRoot("with --with-packages python3 has its modules", async () => {
  const tree = `${work}/python`;
  const collector = await assemble(tree, ["bash", "/usr/bin/python3"], { withPackages: true, noDocs: true });
  expect(inside(tree, "/usr/bin/python3 -c 'import json, sqlite3; print(json.dumps([1]))'")).toBe("[1]\n");
  expect(collector.notes.filter((note) => note.includes("no package owns"))).toEqual([]);
  // What is there already needs no hint.
  expect([...packageNotes(collector)].filter((note) => note.includes("libpython"))).toEqual([]);
  rmSync(tree, { recursive: true });
});
