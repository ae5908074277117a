/** A container that runs, put on one more network, and taken off one. */
import type { Version } from "../../net/address.ts";
import { encode } from "../../net/attributes.ts";
import { links, routes } from "../../net/look.ts";
import { ROUTE, removeLink } from "../../net/rtnetlink.ts";
import { flagOf } from "../../ns/kinds.ts";
import type { Op } from "../../plan/plan.ts";
import {
  type Bridged,
  deviceOf,
  insideMessages,
  leaseOp,
  type Place,
  pairMessage,
} from "../../sandbox/network/bridge.ts";
import { errnoText } from "../../sys/errno.ts";
import { inNetwork } from "../../sys/in-network.ts";
import { NsboxError } from "../../util/errors.ts";
import { carryOut } from "../carry-out.ts";
import { forget, remember } from "./also.ts";
import type { Network } from "./config.ts";
import { dropLease, type Taken } from "./leases.ts";
import { refusedBy, send, withSocket } from "./socket.ts";

const [MAIN_TABLE, UNICAST, EEXIST, ENODEV] = [254, 1, 17, 19];
/** How often another name is looked for where somebody else was faster. */
const TRIES = 8;

/** A container that runs. */
export interface Running {
  readonly id: string;
  /** Its state. */
  readonly directory: string;
  /** As it is called in errors: `container "web"`. */
  readonly title: string;
  readonly pid: number;
  /** Ticks from boot to its start, see proc_pid_stat(5). */
  readonly start: number;
}

/** What is free in a container's network. */
interface Room {
  readonly device: string;
  /** No default route is there yet. */
  readonly ways: readonly Version[];
}

function lookInside({ pid, title }: Running): Room {
  const found = inNetwork(`/proc/${pid}/ns/net`, () =>
    withSocket(ROUTE, (socket): Room => {
      const devices = links(socket);
      const names = new Set((typeof devices === "number" ? [] : devices).map(({ name }) => name));
      let number = 0;
      while (names.has(`eth${number}`)) number++;
      const all = routes(socket);
      const taken = (typeof all === "number" ? [] : all)
        .filter(
          ({ table, type, destination }) =>
            table === MAIN_TABLE && type === UNICAST && destination.prefix === 0,
        )
        .map(({ destination }) => destination.version);
      return {
        device: `eth${number}`,
        ways: ([4, 6] as const).filter((version) => !taken.includes(version)),
      };
    }),
  );
  if (typeof found !== "number") return found;
  throw new NsboxError(`Cannot enter the network namespace of ${title}`, {
    cause: `setns: ${errnoText(-found)}`,
    code: "failed",
  });
}

/** How `container` is to be connected, with addresses that it has been given already. */
interface Connection {
  readonly bridged: Bridged;
  readonly ways: readonly Version[];
}

function connectionOf(container: Running, network: Network, lease: Taken): Connection {
  const { file, v4, v6 } = network;
  const { device: inside, ways } = lookInside(container);
  const places: Place[] = [{ address: lease.v4, ...v4 }];
  if (lease.v6 !== undefined && v6 !== undefined) places.push({ address: lease.v6, ...v6 });
  const bridged: Bridged = {
    network: file.name,
    bridge: file.bridge,
    lease: { path: lease.path, owner: `owner ${container.id}`, content: lease.content },
    keep: true,
    places,
    device: deviceOf(container.id, file.id),
    inside,
    mtu: file.mtu,
    mac: undefined,
    outlives: false,
  };
  return { bridged, ways };
}

/** The operations for that. */
export const connectOps = (container: Running, network: Network, lease: Taken): Op[] =>
  opsOf(container, network, connectionOf(container, network, lease));

function opsOf(container: Running, { file }: Network, { bridged, ways }: Connection): Op[] {
  const { inside } = bridged;
  const pair = encode([pairMessage(bridged, { pid: container.pid })]);
  const own = encode(insideMessages(bridged, ways));
  const { title, pid, start } = container;
  return [
    { op: "open_target", title, pid, start, root: 0, mounts: 0 },
    leaseOp(bridged),
    {
      op: "netlink_before",
      text: `Connect ${title} to network ${file.name}: device ${bridged.device} on bridge ${file.bridge}, the other end ${inside} in its network namespace`,
      protocol: ROUTE,
      messages: pair.bytes.toBase64(),
      patches: pair.patches,
      undo: "",
    },
    { op: "join", type: flagOf("net"), path: `/proc/${pid}/ns/net`, inode: 0 },
    {
      op: "netlink_before",
      text: `Give ${inside} its addresses there`,
      protocol: ROUTE,
      messages: own.bytes.toBase64(),
      patches: own.patches,
      undo: "",
    },
  ];
}

interface Failure {
  /** The pair was made: one that was there before is of another connect of the same container. */
  readonly isMade: boolean;
  readonly errno: number;
  readonly errors: string;
}

function tryToConnect(container: Running, network: Network, lease: Taken): Failure | undefined {
  const connection = connectionOf(container, network, lease);
  const ops = opsOf(container, network, connection);
  const { status, errors } = carryOut(ops, "net connect");
  if (status === 0) {
    if (remember(container.directory, network.directory, connection.bridged, connection.ways)) {
      return undefined;
    }
    return { isMade: true, errno: 0, errors: `it cannot be written down in "${container.directory}"` };
  }
  const [, step = 0, errno = 0] = (/step (\d+) .*errno (\d+)/.exec(errors) ?? []).map(Number);
  const isMade = step === 0 || ops.slice(0, step - 1).some(({ op }) => op === "netlink_before");
  return { isMade, errno, errors };
}

/**
 * Carries that out, and writes it down for the container's later lives.
 * @throws NsboxError where it fails; then the container is as it was.
 */
export function connect(container: Running, network: Network, lease: Taken): void {
  let failure: Failure | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    failure = tryToConnect(container, network, lease);
    if (failure === undefined) return;
    if (failure.isMade || failure.errno !== EEXIST) break;
  }
  const { isMade, errno, errors } = failure!;
  if (isMade) disconnect(container, network, lease);
  else dropLease(lease);
  throw new NsboxError(`Cannot connect ${container.title} to network "${network.file.name}"`, {
    cause: errno === 0 ? errors.trim() : errnoText(errno),
    code: "failed",
  });
}

/** Takes the pair away, and gives the addresses back. */
export function disconnect(
  container: Pick<Running, "id" | "directory">,
  network: Network,
  lease: { readonly path: string },
): void {
  const { file } = network;
  const device = deviceOf(container.id, file.id);
  const refusal = withSocket(ROUTE, (socket) => send(socket, [removeLink(device)]));
  if (refusal !== undefined && refusal.errno !== ENODEV)
    throw refusedBy(`Cannot remove device ${device}`, refusal);
  forget(container.directory, network.directory);
  dropLease(lease);
}
