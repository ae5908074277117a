/** Networks and what is left of them, removed. */
import { existsSync, rmSync } from "node:fs";
import { links } from "../../net/look.ts";
import { ROUTE, removeLink } from "../../net/rtnetlink.ts";
import type { Network } from "./config.ts";
import { putRight } from "./put-right.ts";
import { refusedBy, send, withSocket } from "./socket.ts";

const ENODEV = 19;

/** Removes a bridge of ours and the pairs on it. @throws NsboxError where the kernel refuses. */
export function removeDevices(bridge: string): void {
  withSocket(ROUTE, (socket) => {
    const all = links(socket);
    const found = typeof all === "number" ? [] : all;
    const index = found.find(({ name, kind }) => name === bridge && kind === "bridge")?.index;
    if (index === undefined) return;
    const ports = found.filter(({ master, name }) => master === index && name.startsWith("nsv"));
    for (const name of [...ports.map((port) => port.name), bridge]) {
      const refusal = send(socket, [removeLink(name)]);
      // What belongs to a process that ends goes by itself.
      if (refusal !== undefined && refusal.errno !== ENODEV)
        throw refusedBy(`Cannot remove device ${name}`, refusal);
    }
  });
}

/** Removes the network, of which nothing is in use; the caller holds the lock. Its description goes last but one. */
export function removeNetwork(place: string, { file, directory }: Network): void {
  removeDevices(file.bridge);
  if (existsSync(`${directory}/config.json`)) rmSync(`${directory}/config.json`);
  putRight(place, []);
  rmSync(directory, { recursive: true, force: true });
}
