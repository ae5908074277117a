/** The network that a stored plan connects to. */
import { decodeStored } from "../containers/relaunch.ts";

/** Puts right what a container is on before it starts once more: rules may have been flushed meanwhile. */
export async function seeToNetworks(bytes: Uint8Array): Promise<void> {
  const names = new Set<string>();
  for (const op of decodeStored(bytes)?.ops ?? []) {
    const name = op.op === "lease" ? /\/networks\/([^/]+)\/leases\//.exec(op.path)?.[1] : undefined;
    if (name !== undefined) names.add(name);
    if (op.op === "also_networks") for (const each of await also(op.file, op.owner)) names.add(each);
  }
  for (const name of names) {
    const [{ findNetwork }, { seeToNetwork }] = await Promise.all([
      import("./config.ts"),
      import("./join-network.ts"),
    ]);
    await seeToNetwork(findNetwork(name));
  }
}

/** Those that the container was put on while it ran, and is on still. */
async function also(file: string, owner: string): Promise<string[]> {
  const { alsoNetworks } = await import("./also.ts");
  return alsoNetworks(file.slice(0, file.lastIndexOf("/")), owner);
}
