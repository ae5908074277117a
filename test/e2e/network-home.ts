/** A place for runs on networks: a host of their own, in which nsbox keeps its state. */
import type { Home } from "./homes.ts";
import { CALLER_ENV, call, NSBOX, start } from "./support.ts";

/** Root with a /run and a network of its own. */
export async function networkHome(): Promise<Home> {
  const line = "mount -t tmpfs tmpfs /run && ip link set lo up && echo ready && exec cat";
  const holder = Bun.spawn(["unshare", "-mn", "sh", "-c", line], { stdin: "pipe", stdout: "pipe" });
  const { value } = await holder.stdout.getReader().read();
  if (value === undefined) throw new Error("No private namespaces");
  holder.unref();
  const who = { name: "root", prefix: ["nsenter", "-m", "-n", "-t", `${holder.pid}`], uid: 0 };
  return {
    who,
    env: CALLER_ENV,
    state: `/proc/${holder.pid}/root/run/nsbox`,
    nsbox: (...args) => call(who, [NSBOX, ...args]),
    start: (...args) => start(who, [NSBOX, ...args]),
  };
}
