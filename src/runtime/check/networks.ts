/** Whether networks can be made: what `nsbox net create` asks of the kernel, asked in a network namespace that ends. */
import { mayWrite, textAt } from "../../cgroup/look.ts";
import { parseSubnet } from "../../net/address.ts";
import type { Message } from "../../net/attributes.ts";
import { NETFILTER } from "../../net/nft/numbers.ts";
import { tableBatch } from "../../net/nft/table.ts";
import { newBridge, newPair, ROUTE } from "../../net/rtnetlink.ts";
import { flagOf } from "../../ns/kinds.ts";
import { attempt, pipe } from "../../sys/attempt.ts";
import { capabilityNumber } from "../../sys/capabilities.ts";
import { SYS } from "../../sys/constants.ts";
import { errnoText } from "../../sys/errno.ts";
import { syscall } from "../../sys/ffi.ts";
import { isCapable } from "../../sys/files.ts";
import { inNetwork } from "../../sys/in-network.ts";
import type { Refusal } from "../../sys/netlink.ts";
import { send, withSocket } from "../networks/socket.ts";
import { type Answer, missing, ok, type Probe, refused, Steps } from "./probe.ts";

const [ENOENT, EPROTONOSUPPORT, EOPNOTSUPP, EAFNOSUPPORT] = [2, 93, 95, 97];
const MTU = 1500;
const MAC = Uint8Array.of(2, 0, 0, 0, 0, 1);
const FORWARD = "/proc/sys/net/ipv4/ip_forward";

/** Why this caller makes no networks; undefined where it may. */
function notAllowed(): Answer | undefined {
  const instead = "--network pasta is a way out without root";
  if (process.geteuid!() !== 0) return refused("only root makes devices and rules of the machine's", instead);
  const lacks = (["NET_ADMIN", "SYS_ADMIN"] as const).find((name) => !isCapable(capabilityNumber(name)));
  return lacks === undefined ? undefined : refused(`this root has no CAP_${lacks}`);
}

/** What the kernel says to `messages` in a network namespace of their own: 0, or the errno and its words. */
function tried(
  protocol: number,
  messages: (pid: number) => readonly Message[],
): [errno: number, words: string] {
  const gate = pipe();
  const steps = new Steps();
  // The child is there for its namespace, until the gate is opened.
  steps.call(SYS.read, gate.read, new Uint8Array(1), 1);
  let found: Refusal | undefined | number;
  try {
    const { failed, errno } = attempt(flagOf("net"), steps.list, (pid) => {
      try {
        found = inNetwork(`/proc/${pid}/ns/net`, () =>
          withSocket(protocol, (socket) => send(socket, messages(pid))),
        );
      } catch {
        found = -EPROTONOSUPPORT;
      } finally {
        syscall(SYS.write, gate.write, new Uint8Array(1), 1);
      }
    });
    if (failed === -1) found = -errno;
  } finally {
    gate.close();
  }
  if (typeof found === "number") return [-found, errnoText(-found)];
  return found === undefined ? [0, ""] : [found.errno, found.words ?? errnoText(found.errno)];
}

function probeBridges(): Answer {
  const no = notAllowed();
  if (no !== undefined) return no;
  for (const [kind, option, message] of [
    ["bridge", "CONFIG_BRIDGE", () => newBridge("nsb0", MAC, MTU)],
    ["veth", "CONFIG_VETH", (pid: number) => newPair({ ...PAIR, where: { pid } })],
  ] as const) {
    const [errno, words] = tried(ROUTE, (pid) => [message(pid)]);
    if (errno === EOPNOTSUPP) return missing(`this kernel has no devices of the kind ${kind}: ${option}`);
    if (errno !== 0) return refused(`a device of the kind ${kind}: ${words}`);
  }
  // A container of another engine mostly has /proc/sys read-only.
  return mayWrite(FORWARD) ? ok() : refused(`"${FORWARD}" cannot be written to`);
}

const PAIR = { name: "nsv0", master: 0, mtu: MTU, peer: "eth0", mac: MAC };

function probeRules(): Answer {
  const no = notAllowed();
  if (no !== undefined) return no;
  const subnets = ["10.0.0.0/24", "fd00::/64"].map((text) => parseSubnet(text)!);
  const network = { bridge: "nsb0", internal: false, subnets };
  const [errno, words] = tried(NETFILTER, () => tableBatch([network], { 4: ["lo"], 6: ["lo"] }));
  if (errno === 0) return ok();
  if (errno === EPROTONOSUPPORT) return missing("this kernel was built without CONFIG_NF_TABLES");
  return errno === ENOENT || errno === EOPNOTSUPP
    ? missing(`of nftables this kernel lacks some part that the rules need (${words})`)
    : refused(words);
}

const [AF_INET6, SOCK_DGRAM] = [10, 2];
const SOCKET = process.arch === "arm64" ? 198 : 41;
const DISABLED = "net.ipv6.conf.all.disable_ipv6";

function probeIpv6(): Answer {
  const steps = new Steps();
  steps.call(SOCKET, AF_INET6, SOCK_DGRAM, 0);
  const { errno } = attempt(0, steps.list);
  if (errno === EAFNOSUPPORT) return missing("the kernel was built, or started (ipv6.disable=1), without it");
  if (errno !== 0) return refused(`socket AF_INET6: ${errnoText(errno)}`);
  return textAt(`/proc/sys/${DISABLED.replaceAll(".", "/")}`)?.trim() === "1"
    ? refused(`${DISABLED} is 1`, `sysctl -w ${DISABLED}=0`)
    : ok();
}

/** The probes of networks. */
export const NETWORK_PROBES: readonly Probe[] = [
  {
    name: "bridges",
    title: "Bridges, pairs of devices, forwarding",
    for: "nsbox net create, run --network NAME",
    optional: true,
    probe: probeBridges,
  },
  {
    name: "nftables",
    title: "The rules of networks",
    for: "nsbox net create, run --network NAME",
    optional: true,
    probe: probeRules,
  },
  {
    name: "ipv6",
    title: "IPv6",
    for: "addresses of IPv6 in networks, --publish at ::1",
    optional: true,
    probe: probeIpv6,
  },
];
