/** Ports of the host that nobody has, for those that are published without saying which. */

import type { PublishedPort } from "../../sandbox/network/publish.ts";
import { NsboxError } from "../../util/errors.ts";

/** How often another is tried, where the first is free at one address and taken at the other. */
const TRIES = 20;

/** Opens a port of an address, 0 for any, and gives it back at once. @throws where it is taken. */
async function tryPort(protocol: PublishedPort["protocol"], address: string, port: number): Promise<number> {
  if (protocol === "udp") {
    const socket = await Bun.udpSocket({ hostname: address, port });
    const found = socket.port;
    socket.close();
    return found;
  }
  const listener = Bun.listen({ hostname: address, port, socket: { data() {} } });
  const found = listener.port;
  listener.stop(true);
  return found;
}

async function chooseFor(group: readonly PublishedPort[]): Promise<number> {
  let last: unknown;
  for (let tries = 0; tries < TRIES; tries++) {
    let port = 0;
    try {
      for (const { protocol, address, optional } of group) {
        try {
          port = await tryPort(protocol, address, port);
        } catch (error) {
          if (!optional) throw error;
        }
      }
      if (port > 0) return port;
    } catch (error) {
      last = error;
    }
  }
  throw new NsboxError(`Found no free port of ${group.map(({ address }) => address).join(" and ")}`, {
    cause: last instanceof Error ? last.message : "there is no such address",
    code: "publish",
  });
}

/**
 * The ports with a number in the place of each 0, the same at both loopback addresses. Another program may
 * take one before nsbox does: then the run fails, and says so.
 * @throws NsboxError where none is free.
 */
export async function choosePorts(ports: readonly PublishedPort[]): Promise<PublishedPort[]> {
  const chosen: PublishedPort[] = [];
  for (let at = 0; at < ports.length; ) {
    const first = ports[at]!;
    const group = [first];
    for (const next of ports.slice(at + 1)) {
      if (next.port !== 0 || next.target !== first.target || next.address === first.address) break;
      if (next.protocol !== first.protocol || !next.optional) break;
      group.push(next);
    }
    at += first.port === 0 ? group.length : 1;
    if (first.port !== 0) chosen.push(first);
    else {
      const port = await chooseFor(group);
      chosen.push(...group.map((each) => ({ ...each, port })));
    }
  }
  return chosen;
}
