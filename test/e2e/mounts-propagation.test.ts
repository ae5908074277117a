/** What is mounted later, inside and on the host: what crosses, and that nothing else does. Judge: mountinfo. */
import { describe, expect, test } from "bun:test";
import { hostDirectory, mountsOf, onSharedHost } from "./mountinfo.ts";
import { AS_ROOT, NSBOX, ROOT, run, USER } from "./support.ts";
import { newTree, tree } from "./trees.ts";

describe.skipIf(!AS_ROOT)("mounts made later (needs root)", () => {
  const appears = (option: string) => `
    coproc { ${NSBOX} run -b "$2:/data:${option}" "$1" bash -c 'echo up; read line; echo /data/sub/*' 2>&1; }
    pid=$COPROC_PID; read -u "\${COPROC[0]}" up
    mount -t tmpfs tmpfs "$2/sub"; : >"$2/sub/outside"
    echo >&"\${COPROC[1]}"; read -u "\${COPROC[0]}" seen; echo "$seen"
    wait $pid; umount "$2/sub"`;

  for (const [option, seen] of [
    ["private", "/data/sub/*"],
    ["slave", "/data/sub/outside"],
    ["rslave", "/data/sub/outside"],
    ["shared", "/data/sub/outside"],
  ] as const) {
    test(`on the host ${seen.endsWith("*") ? "do not appear" : "appear"} inside with ${option}`, async () => {
      const host = hostDirectory(ROOT, "sub", "own");
      expect((await onSharedHost(appears(option), tree(ROOT), host)).out).toBe(`${seen}\n`);
    });
  }

  test("inside appear on the host with shared, and only then", async () => {
    const host = hostDirectory(ROOT, "sub");
    const script = `
      for option in shared slave private; do
        ${NSBOX} run --privileged -q -b "$1:$1:$option" / mount -t tmpfs tmpfs "$1/sub" || exit 9
        grep -c "$1/sub" /proc/self/mountinfo
        umount "$1/sub" 2>&-
      done; true`;
    const { out, err, status } = await onSharedHost(script, host);
    expect([out, err, status]).toEqual(["1\n0\n0\n", "", 0]);
  });

  test("in a user namespace never reach the host, and shared is refused", async () => {
    const { err, status } = await run(USER, ["-b", "/tmp:/data:shared", tree(USER), "true"]);
    expect([status, err]).toEqual([125, expect.stringContaining("never reaches the host")]);
  });
});

test.skipIf(!AS_ROOT)(
  "nothing leaks where the host's mounts are shared, whatever is mounted (needs root)",
  async () => {
    for (const who of [ROOT, USER]) {
      const host = hostDirectory(who, "sub", "upper", "work");
      const nsbox = `${who.prefix.join(" ")} ${NSBOX} run`;
      const options = [
        '-b "$2:/data" -b "$2/sub:/data/upper:slave,ro" --tmpfs /x --file text:/etc/motd --dev-bind',
        '--overlay -b "$2:/data" --symlink a:/b --mount type=proc,target=/p',
        '--overlay-dir "$2/upper:$2/work" --lower "$2/sub" --propagation shared',
        '--read-only --propagation slave -b "$2:/data/deep/down" --unmask ALL',
      ];
      const runs = options.map(
        (words) => `
        coproc { ${nsbox} ${words} "$1" bash -c 'echo up; read line'; }
        pid=$COPROC_PID; read -u "\${COPROC[0]}" up; test "$up" = up || exit 9
        look; echo >&"\${COPROC[1]}"; wait $pid || exit 8; look`,
      );
      const script = `look() { cat /proc/self/mountinfo; echo ==; }\nlook\n${runs.join("\n")}`;
      const { out, err, status } = await onSharedHost(script, newTree(who, "lean"), host);
      const looks = out.split("==\n").slice(0, -1);
      expect([err, status, looks.length]).toEqual(["", 0, 1 + 2 * options.length]);
      expect(mountsOf(looks[0]!).length).toBeGreaterThan(1);
      for (const look of looks) expect(look).toBe(looks[0]!);
    }
  },
);
