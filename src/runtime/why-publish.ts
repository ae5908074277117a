/** Why a port could not be published: who has it, or which setting of the host's stands in the way. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { addressBytes, parseAddress } from "../net/address.ts";
import type { Op } from "../plan/plan.ts";
import { openPlace } from "./containers/place.ts";
import { listContainers } from "./containers/settle.ts";
import type { Finding } from "./why-clone.ts";

const [EPERM, EACCES, EMFILE, EAFNOSUPPORT, EADDRINUSE, EADDRNOTAVAIL] = [1, 13, 24, 97, 98, 99];

const LISTEN = "0A";

/** The reason for `op`, found while it still holds. */
export function whyPublish(op: Op & { op: "publish" }, errno: number): Finding {
  switch (errno) {
    case EADDRINUSE:
      return inUse(op);
    case EACCES:
    case EPERM:
      return {
        cause: `ports below ${read("/proc/sys/net/ipv4/ip_unprivileged_port_start") ?? 1024} need CAP_NET_BIND_SERVICE`,
        hint: `Publish a higher one: --publish 8080:${op.target}`,
      };
    case EADDRNOTAVAIL:
      return {
        cause: `no device of the host has the address ${op.address}`,
        hint: "`ip address` lists them",
      };
    case EAFNOSUPPORT:
      return {
        cause: "this kernel has no IPv6",
        hint: `Publish at 0.0.0.0: --publish 0.0.0.0:${op.port}:${op.target}`,
      };
    case EMFILE:
      return { cause: "the limit on open files is reached", hint: "Raise it with `ulimit -n`" };
    default:
      return {};
  }
}

function inUse({ protocol, address, port, target }: Op & { op: "publish" }): Finding {
  const hint = `Publish another port of the host: --publish ${port + 1 > 65535 ? 8080 : port + 1}:${target}`;
  const inodes = sockets(protocol, address, port);
  const holders = inodes.length > 0 ? holdersOf(inodes) : [];
  const container = containerOf(holders);
  if (container !== undefined) return { cause: `container ${container} has published it`, hint };
  const [first] = holders;
  if (first === undefined) return { cause: "another program has it", hint };
  return { cause: `process ${first.pid} (${first.name}) has it`, hint };
}

/** What the container of one of these monitors is called. */
function containerOf(holders: readonly { readonly pid: number }[]): string | undefined {
  try {
    const place = openPlace();
    const all = place === undefined ? [] : listContainers(place).containers;
    const found = all.find(({ status }) => holders.some(({ pid }) => pid === status?.monitor.pid));
    return found?.name ?? found?.id;
  } catch {
    return undefined;
  }
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
};

/** Inodes of the sockets at that port which stand in the way, by proc_pid_net(5). */
function sockets(protocol: string, address: string, port: number): string[] {
  const wanted = hexOf(address);
  return [protocol, `${protocol}6`].flatMap((table) => {
    const lines = read(`/proc/self/net/${table}`)?.split("\n").slice(1) ?? [];
    return lines.flatMap((line) => {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      const [own = "", number = ""] = local.split(":");
      const meets = own === wanted || /^0*$/.test(own) || /^0*$/.test(wanted);
      const listens = protocol === "udp" || state === LISTEN;
      return Number.parseInt(number, 16) === port && meets && listens && inode !== "0" ? [inode] : [];
    });
  });
}

/** As the kernel prints it: words of 32 bits in its own byte order, which is little-endian here. */
function hexOf(text: string): string {
  const address = parseAddress(text);
  const words = address === undefined ? "" : addressBytes(address).toHex().toUpperCase();
  return words.replace(/(..)(..)(..)(..)/g, "$4$3$2$1");
}

/** The processes that hold one of them, as far as the caller may look. */
function holdersOf(inodes: readonly string[]): { pid: number; name: string }[] {
  const links = new Set(inodes.map((inode) => `socket:[${inode}]`));
  const holds = (pid: string): boolean => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => links.has(linkOf(`/proc/${pid}/fd/${fd}`)));
    } catch {
      return false;
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && holds(name))
    .map((pid) => ({ pid: Number(pid), name: read(`/proc/${pid}/comm`) ?? "?" }));
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
