/** Ports that lead into the container, and names that it finds others by. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const PORTS = {
  publish: {
    where: "before",
    undo: "ends",
    says: "Listen at port {port} ({protocol}) of {address}, for port {target} of the container",
    call: "socket, bind, listen",
    man: "bind(2)",
    // optional: 1 to do without it where the host has no such address, as one without IPv6.
    fields: { protocol: "string", address: "string", port: "number", target: "number", optional: "number" },
  },
  network_helper: {
    where: "outside",
    undo: "ends",
    says: "Fork the network helper, which hands what comes to published ports on to {ipv4} {ipv6}",
    call: "setns, socket, bind, clone, epoll_pwait, splice",
    man: "splice(2)",
    kind: "net",
    // enter: 1 where it is to connect to them inside the container's network. resolver: 1 to listen at
    // 127.0.0.11 inside. networks: the directory with the leases. owner: who this container is in them.
    // servers: addresses parted by spaces; empty: those of the host's resolv.conf(5); "none".
    fields: {
      ipv4: "string",
      ipv6: "string",
      enter: "number",
      resolver: "number",
      networks: "string",
      owner: "string",
      servers: "string",
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
