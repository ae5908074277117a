/** The network that a stored plan connects to. */
import { decodeStored } from "../containers/relaunch.ts";
import type { Container } from "../containers/settle.ts";
import { dropLeases } from "./drop-leases.ts";

/**
 * Puts right what a container is on before it starts once more: rules may have been flushed meanwhile. Addresses of
 * connections that were never whole go.
 */
export async function seeToNetworks(
  bytes: Uint8Array,
  { id, directory }: Pick<Container, "id" | "directory">,
): Promise<void> {
  const plan = decodeStored(bytes);
  if (plan === undefined) return;
  const leases = plan.ops.flatMap((op) => (op.op === "lease" ? [op.path] : []));
  if (plan.ops.some(({ op }) => op === "also_networks")) {
    const { alsoLeases } = await import("./also.ts");
    leases.push(...alsoLeases(directory, `owner ${id}`));
  }
  dropLeases(`${directory.slice(0, directory.lastIndexOf("/containers/"))}/networks`, id, leases);
  for (const path of leases) {
    const name = /\/networks\/([^/]+)\/leases\//.exec(path)?.[1];
    if (name === undefined) continue;
    const [{ findNetwork }, { seeToNetwork }] = await Promise.all([
      import("./config.ts"),
      import("./join-network.ts"),
    ]);
    await seeToNetwork(findNetwork(name));
  }
}
