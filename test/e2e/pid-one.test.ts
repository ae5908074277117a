/** The kernel shields PID 1 from signals that it does not handle. nsbox acts in their place, but only there. */
import { describe, expect, test } from "bun:test";
import { watch } from "./screen.ts";
import { forEveryone, hostProgram, NSBOX, textOf, until } from "./support.ts";
import { descendants } from "./traces.ts";
import { tree } from "./trees.ts";

const PYTHON = hostProgram("python3");

/** Waits for TERM with sigwait(3) or a signalfd(2), then takes ten times what nsbox waits before it looks again. */
const WAITERS = {
  sigwait: `
import signal, time
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
print("ready", flush=True)
print(signal.sigwait([signal.SIGTERM]).name, flush=True)
time.sleep(0.1)
print("farewell")`,
  "sigwait in a second thread": `
import signal, time, threading
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
def wait():
    print("ready", flush=True)
    print(signal.sigwait([signal.SIGTERM]).name, flush=True)
    time.sleep(0.1)
    print("farewell")
threading.Thread(target=wait).start()`,
  "a signalfd": `
import ctypes, os, signal, struct, time
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
mask = ctypes.c_uint64(1 << (signal.SIGTERM - 1))
libc = ctypes.CDLL(None, use_errno=True)
fd = libc.syscall({"x86_64": 289, "aarch64": 74}[os.uname().machine], -1, ctypes.byref(mask), 8, 0)
print("ready", flush=True)
print(signal.Signals(struct.unpack("I", os.read(fd, 128)[:4])[0]).name, flush=True)
time.sleep(0.1)
print("farewell")`,
  "a handler": `
import os, signal, time
def handle(*_):
    os.write(1, b"SIGTERM\\n")
    time.sleep(0.1)
    os.write(1, b"farewell\\n")
    os._exit(0)
signal.signal(signal.SIGTERM, handle)
os.write(1, b"ready\\n")
while True: signal.pause()`,
};

describe("PID 1 that wants a signal is not killed in its place", () => {
  forEveryone((who) => {
    for (const [way, program] of Object.entries(WAITERS)) {
      test.skipIf(!PYTHON)(`${way} (needs python3)`, async () => {
        const { process, screen, ended } = watch(who, [NSBOX, "run", "/", PYTHON!, "-c", program]);
        await screen.shows("ready\n");
        process.kill("SIGTERM");
        expect(await ended).toEqual({ out: "ready\nSIGTERM\nfarewell\n", err: "", status: 0 });
      });
    }

    for (const init of ["tini", "dumb-init", "catatonit"]) {
      test.skipIf(!hostProgram(init))(
        `${init} hands it to its child and its status out (needs ${init})`,
        async () => {
          const script =
            'trap "sleep 0.1; echo farewell; exit 9" TERM; echo ready; while :; do sleep 0.02; done';
          const argv = [NSBOX, "run", tree(who), `/bin/${init}`, "--", "bash", "-c", script];
          const { process, screen, ended } = watch(who, argv);
          await screen.shows("ready\n");
          process.kill("SIGTERM");
          expect(await ended).toMatchObject({ out: "ready\nfarewell\n", status: 9 });
        },
      );
    }

    test("a signal that it ignores", async () => {
      const script = 'trap "" TERM HUP; echo ready; read line; echo "$line"';
      const { process, input, screen, ended } = watch(who, [NSBOX, "run", tree(who), "bash", "-c", script]);
      await screen.shows("ready\n");
      process.kill("SIGTERM");
      process.kill("SIGHUP");
      await Bun.sleep(100); // ten times what nsbox waits before it looks again
      input.write("alive\n");
      input.end();
      expect(await ended).toEqual({ out: "ready\nalive\n", err: "", status: 0 });
    });

    test("but one that would wait for ever is, though its children catch the signal", async () => {
      const script = '(trap "echo no" TERM; sleep 60) & exec sleep 61';
      const { process, ended } = watch(who, [NSBOX, "run", tree(who), "bash", "-c", script]);
      // Both: until the exec PID 1 is bash, which would take the signal with it.
      const sleeps = () =>
        descendants(process.pid).filter((pid) => textOf(`/proc/${pid}/comm`) === "sleep\n");
      await until("two sleeps", () => sleeps().length === 2);
      process.kill("SIGTERM");
      expect((await ended).status).toBe(143);
    });
  });
});
