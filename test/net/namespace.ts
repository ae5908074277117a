/** A network namespace for tests: programs run there, and this thread looks from there. */
import { inNetwork } from "../../src/sys/in-network.ts";

const HOST_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const has = (program: string): boolean => Bun.which(program, { PATH: HOST_PATH }) !== null;

/** Why these tests cannot run; undefined where they can. */
export const CANNOT: string | undefined =
  process.getuid!() !== 0
    ? "only root makes devices"
    : !has("ip") || !has("nft")
      ? "ip or nft is missing"
      : undefined;

/** A new one, for `body`. */
export async function withNamespace<T>(
  body: (
    inside: <R>(work: () => R) => R,
    judge: (...argv: string[]) => string,
    pid: number,
  ) => T | Promise<T>,
): Promise<T> {
  const line = "ip link set lo up; echo ready; exec cat";
  const holder = Bun.spawn(["unshare", "-n", "sh", "-c", line], { stdin: "pipe", stdout: "pipe" });
  await holder.stdout.getReader().read();
  const path = `/proc/${holder.pid}/ns/net`;
  const inside = <R>(work: () => R): R => {
    const result = inNetwork(path, work);
    if (typeof result === "number" && result < 0) throw new Error(`setns: ${result}`);
    return result as R;
  };
  const judge = (...argv: string[]) => {
    const { stdout, stderr, exitCode } = Bun.spawnSync(["nsenter", `--net=${path}`, ...argv]);
    if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr}`);
    return stdout.toString();
  };
  try {
    return await body(inside, judge, holder.pid);
  } finally {
    holder.kill("SIGKILL");
    await holder.exited;
  }
}
