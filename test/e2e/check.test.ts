/**
 * Whether this machine can do what nsbox wants. Judges: unshare(1) and mount(8) as the same caller, filters that play
 * older kernels, limits that the tests set in user namespaces of their own.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  AS_ROOT,
  call,
  compiled,
  forEveryone,
  hostProgram,
  NSBOX,
  type Outcome,
  type Person,
  ROOT,
  SCRATCH,
  shell,
  USER,
} from "./support.ts";

const OPTIONS: Readonly<Record<string, string>> = {
  user: "-U",
  mnt: "-m",
  pid: "-p",
  net: "-n",
  uts: "-u",
  ipc: "-i",
  cgroup: "-C",
  time: "-T",
};
const KINDS = Object.keys(OPTIONS);

interface Check {
  readonly name: string;
  readonly state: string;
  readonly optional: boolean;
  readonly detail: string | null;
  readonly fix: string | null;
}

const parse = ({ out }: Outcome) => JSON.parse(out) as { readonly ok: boolean; readonly checks: Check[] };
const check = async (who: Person, ...words: string[]) =>
  parse(await call(who, [NSBOX, "check", "--json", ...words]));
/** Words before the command line; the state of each check by its name. */
const under = async (who: Person, before: readonly string[], ...words: string[]) =>
  new Map(
    parse(await call(who, [...before, NSBOX, "check", "--json", ...words])).checks.map((one) => [
      one.name,
      one,
    ]),
  );

forEveryone((who) => {
  test.each(KINDS)("says of the kind %s what unshare(1) finds", async (kind) => {
    const user = who.uid === 0 || kind === "user" ? [] : ["-U"];
    const { status } = await call(who, ["unshare", ...user, OPTIONS[kind]!, "true"]);
    expect((await check(who, kind)).checks).toEqual([
      expect.objectContaining({ name: kind, state: status === 0 ? "ok" : "refused" }),
    ]);
  });

  test("agrees with mount(8) on overlays and /proc in user namespaces", async () => {
    const place = "mount -t tmpfs x /mnt && cd /mnt && mkdir l u w m";
    const overlay = `${place} && mount -t overlay o -o lowerdir=l,upperdir=u,workdir=w,userxattr m`;
    const judged = async (...words: string[]) =>
      (await call(who, ["unshare", "-Urm", ...words])).status === 0 ? "ok" : "refused";
    const found = await under(who, [], "overlay-in-user", "proc-in-user");
    expect(found.get("overlay-in-user")?.state).toBe(await judged("sh", "-c", overlay));
    expect(found.get("proc-in-user")?.state).toBe(await judged("-pf", "--mount-proc", "true"));
  });

  test("lists the kinds as one line each, whoever asks", async () => {
    const lines = [...KINDS].sort().map((kind) => `${kind.padEnd(6)}: True \n`);
    expect(await call(who, [NSBOX, "check", "-l"])).toEqual({ out: lines.join(""), err: "", status: 0 });
  });

  test("changes nothing: mounts, namespaces and limits are as before", async () => {
    const state = `cat /proc/self/mountinfo /proc/self/limits; ls -l /proc/self/ns | sed 's/.*-> //'; keyctl show 2> /dev/null; cat /proc/sys/kernel/random/boot_id`;
    const { out } = await shell(
      who,
      `a=$(${state}); "$NSBOX" check > /dev/null; b=$(${state}); [ "$a" = "$b" ] && echo same`,
    );
    expect(out).toBe("same\n");
  });

  test("everything it names can be asked for alone, and exits as it says", async () => {
    const { ok, checks } = await check(who);
    expect(ok).toBe(checks.every((one) => one.optional || one.state === "ok"));
    for (const { name, state } of checks) {
      const { status } = await call(who, [NSBOX, "check", name]);
      expect({ name, status }).toEqual({ name, status: state === "ok" ? 0 : 1 });
    }
    expect(await call(who, [NSBOX, "check", "nett"])).toMatchObject({
      status: 2,
      err: expect.stringContaining('Did you mean "net"?'),
    });
  });

  test("names the limit that refuses a kind", async () => {
    const inner = `echo 0 > /proc/sys/user/max_net_namespaces; "$NSBOX" check net; echo $?; "$NSBOX" check -l | grep net`;
    const { out } = await shell(who, `exec unshare -Ur bash -c '${inner}'`);
    expect(out).toContain("user.max_net_namespaces is 0");
    expect(out).toContain("fix: sysctl -w user.max_net_namespaces=1024");
    // The kernel has it all the same.
    expect(out).toEndWith("\n1\nnet   : True \n");
  });
});

const OLD = compiled("old-kernel");
test.skipIf(!OLD)(
  "says what an old kernel lacks, and that nsbox run goes without (needs a C compiler)",
  async () => {
    const found = await under(AS_ROOT ? ROOT : USER, [OLD!]);
    for (const name of ["openat2", "mount-calls", "mount-attributes"]) {
      expect(found.get(name)).toMatchObject({ state: "missing", optional: true });
    }
    expect(found.get("mnt")?.state).toBe("ok");
  },
);

const TOOLS = hostProgram("ip") && hostProgram("nft");
const SOURCE = resolve(import.meta.dir, "fixtures/no-time-kind.c");
describe.skipIf(!AS_ROOT)("as root (needs root)", () => {
  test("says which kind a kernel lacks, by its link and by EINVAL", async () => {
    const filter = join(SCRATCH, "no-time-kind-check");
    expect((await shell(ROOT, 'gcc -o "$1" "$2"', filter, SOURCE)).err).toBe("");
    const { out } = await call(ROOT, [filter, NSBOX, "check", "-l"]);
    expect(out).toContain("time  : False\n");
    expect((await under(ROOT, [filter], "time")).get("time")).toMatchObject({
      state: "missing",
      optional: true,
    });
  });

  test.each(["unprivileged_userns_clone=0", "apparmor_restrict_unprivileged_userns=1"])(
    "names the switch %s where user namespaces are refused (needs a C compiler)",
    async (word) => {
      const [name, value] = word.split("=");
      const play = `mount -t tmpfs x /proc/sys/kernel; echo ${value} > /proc/sys/kernel/${name}; exec "$@"`;
      const before = ["unshare", "-m", "sh", "-c", play, "sh", compiled("no-user-namespaces")!];
      const found = await under(ROOT, [...before, ...USER.prefix], "user", "net", "own-id");
      const named = { state: "refused", detail: expect.stringContaining(`kernel.${name} is ${value}`) };
      expect(found.get("user")).toMatchObject({
        ...named,
        fix: expect.stringContaining(`sysctl -w kernel.${name}=`),
      });
      expect(found.get("net")).toMatchObject(named);
      expect(found.get("own-id")?.state).toBe("refused");
    },
  );

  test("names the filter of the container that it runs in, and what lets it through", async () => {
    const inside = async (...options: string[]) => {
      const words = [NSBOX, "check", "--json", "user", "pid", "proc-in-user"];
      const { out } = await call(ROOT, [NSBOX, "run", "-q", ...options, "/", ...words]);
      return Object.fromEntries(
        (JSON.parse(out) as { checks: Check[] }).checks.map((one) => [one.name, one]),
      );
    };
    const closed = await inside();
    expect(closed["user"]).toMatchObject({
      state: "refused",
      detail: expect.stringContaining("system call filter"),
      fix: expect.stringContaining("--seccomp off --unmask ALL"),
    });
    const open = await inside("--map-root", "--seccomp", "off", "--unmask", "ALL");
    expect(Object.values(open).map(({ state }) => state)).toEqual(["ok", "ok", "ok"]);
    const masked = await inside("--map-root", "--seccomp", "off");
    expect(masked["proc-in-user"]).toMatchObject({
      state: "refused",
      detail: expect.stringContaining("hide parts of /proc"),
    });
  });

  test.skipIf(!TOOLS)(
    "says of networks what ip and nft can do, and who may not (needs ip and nft)",
    async () => {
      const names = ["bridges", "nftables", "ipv6"];
      const states = async (who: Person, before: readonly string[] = []) => {
        const found = await under(who, before, ...names);
        return names.map((name) => found.get(name)?.state);
      };
      const judge = async (line: string) =>
        (await call(ROOT, ["unshare", "-n", "sh", "-c", line])).status === 0 ? "ok" : "missing";
      const devices = "ip link add br0 type bridge && ip link add ve0 type veth peer name ve1";
      const rules = "nft 'table inet t { chain c { type nat hook postrouting priority 100; masquerade; }; }'";
      const wanted = [await judge(devices), await judge(rules), await judge("test -e /proc/net/if_inet6")];
      expect(await states(ROOT)).toEqual(wanted);
      expect(await states(USER)).toEqual(["refused", "refused", wanted[2]!]);
      expect(await states(ROOT, ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"])).toEqual([
        "refused",
        "refused",
        wanted[2]!,
      ]);
      const off = 'ip link set lo up; echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; exec "$@"';
      const found = await under(ROOT, ["unshare", "-n", "sh", "-c", off, "sh"], "ipv6");
      expect(found.get("ipv6")?.fix).toBe("sysctl -w net.ipv6.conf.all.disable_ipv6=0");
    },
  );

  test("says of limits what nsbox run says: what lacks, and the line that gives a user groups", async () => {
    const { err } = await call(USER, [
      ...[NSBOX, "run", "--memory", "1g", "--cpus", "1", "--pids-limit", "100", "/", "true"],
    ]);
    const [cause, hint] = ["cause", "hint"].map(
      (word) => new RegExp(`${word}: +(.*)`).exec(err)?.[1] ?? null,
    );
    const { checks } = await check(USER, "limits");
    expect(checks[0]).toMatchObject({ state: err === "" ? "ok" : "refused", fix: hint! });
    if (cause !== null) expect(checks[0]?.detail).toEndWith(cause!);
    const hide = ["unshare", "-m", "sh", "-c", 'umount -R /sys/fs/cgroup; exec "$@"', "sh"];
    const found = await under(ROOT, hide, "limits", "cgroup-tree");
    expect([...found.values()].map(({ state }) => state)).toEqual(["missing", "missing"]);
  });

  test("names the mounts that hide parts of /proc in a container", async () => {
    const hide = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs x /proc/tty; exec "$@"', "sh"];
    const found = await under(ROOT, hide, "proc-in-user", "proc");
    expect(found.get("proc")?.state).toBe("ok");
    expect(found.get("proc-in-user")).toMatchObject({
      state: "refused",
      detail: expect.stringContaining("/proc/tty"),
    });
  });

  test("names the ids that a user lacks, as nsbox run would", async () => {
    const { checks } = await check(USER, "many-ids");
    const lines = readFileSync("/etc/subuid", "utf8").split("\n");
    if (!lines.some((line) => line.startsWith(`${USER.uid}:`))) {
      expect(checks[0]).toMatchObject({ state: "refused", fix: expect.stringContaining("/etc/subuid") });
    }
  });
});
