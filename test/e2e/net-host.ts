/**
 * A host for tests of networks: a mount and a network namespace of their own, with a /run of their own, so that
 * neither the machine's devices nor its named namespaces nor nsbox's own directory there are touched.
 */
import { CALLER_ENV, call, NSBOX, type Outcome, ROOT } from "./support.ts";
import { tree } from "./trees.ts";

const PLAY = "mount -t tmpfs -o mode=755 none /run && ip link set lo up || exit 99\n";

/**
 * Runs a script of bash there, as root. `$NSBOX` is the executable, `$T` a root filesystem. All that it started
 * is ended with it.
 */
export function onHost(script: string, env: Record<string, string> = {}, timeout?: number): Promise<Outcome> {
  const command = ["unshare", "-mnpf", "--mount-proc", "--kill-child", "--propagation", "private"];
  return call(ROOT, [...command, "bash", "-c", PLAY + script], {
    env: { ...CALLER_ENV, NSBOX, T: tree(ROOT), ...env },
    ...(timeout === undefined ? {} : { timeout }),
  });
}
