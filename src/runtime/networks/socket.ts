/** Sockets to rtnetlink(7) and nftables, and what the kernel says as errors for people. */
import { encode, type Message } from "../../net/attributes.ts";
import { errnoName, errnoText } from "../../sys/errno.ts";
import { NetlinkSocket, type Refusal } from "../../sys/netlink.ts";
import { NsboxError } from "../../util/errors.ts";

/** The error for what the kernel refused. */
export function refusedBy(what: string, { errno, words }: Refusal): NsboxError {
  return new NsboxError(what, {
    cause: `netlink: ${words === undefined ? "" : `${words}: `}${errnoText(errno)}`,
    code: "failed",
    errno: errnoName(errno),
  });
}

/** A socket for devices and addresses, or for rules. @throws NsboxError where there is none to be had. */
function openSocket(protocol: number): NetlinkSocket {
  const socket = new NetlinkSocket(protocol);
  if (socket.errno === 0) return socket;
  throw new NsboxError("Cannot talk to the kernel about networks", {
    cause: `socket AF_NETLINK: ${errnoText(socket.errno)}`,
    code: "failed",
  });
}

/** Does `work` with a socket. */
export function withSocket<T>(protocol: number, work: (socket: NetlinkSocket) => T): T {
  const socket = openSocket(protocol);
  try {
    return work(socket);
  } finally {
    socket.close();
  }
}

/** Sends messages; the first refusal. */
export const send = (socket: NetlinkSocket, messages: readonly Message[]): Refusal | undefined =>
  socket.request(encode(messages).bytes);
