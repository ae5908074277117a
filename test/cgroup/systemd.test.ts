/** The message that asks systemd for a scope. Judge: dbus-monitor, which decodes what goes over a bus. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { busGreeting, groupOfSlice, isSlice, startScope } from "../../src/cgroup/systemd.ts";
import { encodeCall, typesOf } from "../../src/sys/dbus.ts";
import { hostProgram, SCRATCH, until } from "../e2e/support.ts";

const lacking = ["dbus-daemon", "dbus-monitor"].find((name) => hostProgram(name) === undefined);

const CONFIG = (
  socket: string,
) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=${socket}</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`;

/** What dbus-monitor prints of `messages`, until `last` is in it. */
async function overheard(messages: Uint8Array, last: string): Promise<string> {
  const socket = join(SCRATCH, "bus");
  const config = join(SCRATCH, "bus.conf");
  writeFileSync(config, CONFIG(socket));
  const daemon = Bun.spawn(["dbus-daemon", "--nofork", "--nopidfile", `--config-file=${config}`], {
    stdout: "ignore",
    stderr: "ignore",
  });
  const ends: (() => void)[] = [() => daemon.kill()];
  try {
    await until("the bus", () => Bun.spawnSync(["test", "-S", socket]).exitCode === 0);
    const monitor = Bun.spawn(["dbus-monitor", "--address", `unix:path=${socket}`], {
      stdout: "pipe",
      stderr: "ignore",
    });
    ends.push(() => monitor.kill());
    let heard = "";
    const decoder = new TextDecoder();
    void (async () => {
      for await (const bytes of monitor.stdout) heard += decoder.decode(bytes, { stream: true });
    })();
    await until("the monitor listens", () => heard.includes("NameLost"));
    let answers = "";
    const uid = Buffer.from(String(process.geteuid!())).toString("hex");
    const connection = await Bun.connect({
      unix: socket,
      socket: {
        data(_, bytes) {
          answers += bytes.toString("latin1");
        },
      },
    });
    ends.push(() => connection.end());
    connection.write(`\0AUTH EXTERNAL ${uid}\r\n`);
    await until("the bus knows who we are", () => answers.startsWith("OK "));
    connection.write(new Uint8Array([...new TextEncoder().encode("BEGIN\r\n"), ...messages]));
    await until("all of it was heard", () => heard.includes(last));
    return heard;
  } finally {
    for (const end of ends.reverse()) end();
    await daemon.exited;
  }
}

test.skipIf(lacking !== undefined)(
  `a bus understands what is asked, as it was meant${lacking === undefined ? "" : ` (skipped: ${lacking} is not installed)`}`,
  async () => {
    const { bytes, later } = startScope({
      unit: "nsbox-abc.scope",
      slice: "a-b.slice",
      description: 'nsbox: echo "grüße"',
    });
    expect(later.map(([, what]) => what)).toEqual(["self"]);
    new DataView(bytes.buffer).setUint32(later[0]![0], 4711, true);
    const heard = await overheard(new Uint8Array([...busGreeting(), ...bytes]), "uint32 4711");
    expect(heard).toContain(
      "path=/org/freedesktop/systemd1; interface=org.freedesktop.systemd1.Manager; member=Subscribe",
    );
    const call = heard.slice(heard.indexOf("member=StartTransientUnit"));
    expect(call).toMatch(/^member=StartTransientUnit\s+string "nsbox-abc.scope"\s+string "fail"\s+array \[/);
    expect(call).toMatch(/string "Description"\s+variant\s+string "nsbox: echo "grüße""/);
    expect(call).toMatch(/string "Slice"\s+variant\s+string "a-b.slice"/);
    expect(call).toMatch(/string "Delegate"\s+variant\s+boolean true/);
    expect(call).toMatch(/string "PIDs"\s+variant\s+array \[\s+uint32 4711\s+\]/);
  },
);

test("every type is aligned as the specification says", () => {
  const { bytes } = encodeCall({
    serial: 1,
    destination: "a.b",
    path: "/",
    interface: "a.b",
    member: "M",
    signature: "yua{sv}t",
    values: [7, 8, [["k", { signature: "(yn)", value: [1, -2] }]], 9n],
  });
  const body = bytes.slice(bytes.length - 48);
  expect([...body]).toEqual([
    ...[7, 0, 0, 0, 8, 0, 0, 0],
    // The length of the array, without what aligns its first element at 16.
    ...[20, 0, 0, 0, 0, 0, 0, 0],
    ...[1, 0, 0, 0, 107, 0, 4, 40],
    ...[121, 110, 41, 0, 0, 0, 0, 0],
    ...[1, 0, 254, 255, 0, 0, 0, 0],
    ...[9, 0, 0, 0, 0, 0, 0, 0],
  ]);
});

test("signatures are cut into complete types", () => {
  expect(typesOf("ssa(sv)a(sa(sv))")).toEqual(["s", "s", "a(sv)", "a(sa(sv))"]);
  expect(typesOf("a{sv}aau")).toEqual(["a{sv}", "aau"]);
});

test("slices are known by their names, and where they are", () => {
  for (const name of ["system.slice", "a-b-c.slice", "-.slice", "user-1000.slice"])
    expect(isSlice(name)).toBe(true);
  for (const name of ["/a.slice", "a--b.slice", "-a.slice", "a-.slice", "slice", "a b.slice", ".slice"])
    expect(isSlice(name)).toBe(false);
  expect(groupOfSlice("a-b-c.slice")).toBe("/a.slice/a-b.slice/a-b-c.slice");
  expect(groupOfSlice("-.slice")).toBe("");
});
