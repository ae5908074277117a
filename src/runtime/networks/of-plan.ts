/** The network that a stored plan connects to. */
import { decodeStored } from "../containers/relaunch.ts";

/** Puts right what a container is on before it starts once more: rules may have been flushed meanwhile. */
export async function seeToNetworks(bytes: Uint8Array): Promise<void> {
  for (const op of decodeStored(bytes)?.ops ?? []) {
    const name = op.op === "lease" ? /\/networks\/([^/]+)\/leases\//.exec(op.path)?.[1] : undefined;
    if (name === undefined) continue;
    const [{ findNetwork }, { seeToNetwork }] = await Promise.all([
      import("./config.ts"),
      import("./join-network.ts"),
    ]);
    await seeToNetwork(findNetwork(name));
  }
}
