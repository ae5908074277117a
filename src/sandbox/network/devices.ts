/** Devices that a container gets besides, or instead of, one on a network of nsbox's own. Pure. */
import { type Address, formatAddress, type Subnet } from "../../net/address.ts";
import { encode, type Message } from "../../net/attributes.ts";
import { moveBack, moveIn, newCable, newMacvlan } from "../../net/devices.ts";
import { linkUp, newAddress, newDefaultRoute, ROUTE, removeLink } from "../../net/rtnetlink.ts";
import { block } from "../../plan/block.ts";
import type { Op } from "../../plan/plan.ts";
import type { NetworkPart } from "./part.ts";

/** An address, and the network that it is in. */
export interface Place {
  readonly address: Address;
  readonly subnet: Subnet;
}

/** One device. */
export type ContainerDevice = {
  /** Its name inside. */
  readonly inside: string;
  readonly places: readonly Place[];
  readonly gateways: readonly Address[];
  /** undefined: the kernel's choice, or the one that it has. */
  readonly mac: Uint8Array | undefined;
} & (
  | {
      readonly kind: "interface";
      readonly name: string;
      /** What it was on the host. */
      readonly was: { readonly up: boolean; readonly places: readonly Place[] };
    }
  | { readonly kind: "macvlan"; readonly parent: string; readonly outlives: boolean }
  | {
      readonly kind: "ovs";
      readonly bridge: string;
      /** ovs-vsctl, by its path. */
      readonly tool: string;
      /** The host's end. */
      readonly port: string;
      /** The switch is a program: it wants whole packets. */
      readonly userspace: boolean;
    }
);

/** Parts the words of a tool. */
const SEPARATOR = "\x1f";

const send = (messages: readonly Message[]) => {
  const { bytes, patches } = encode(messages);
  return { messages: bytes.toBase64(), patches };
};

/** The operations for `devices`, in their order. */
export function devicesPart(devices: readonly ContainerDevice[]): NetworkPart {
  return {
    before: [],
    outside: devices.flatMap(outside).map(block),
    inside: devices.flatMap(inside).map(block),
    items: [],
  };
}

function outside(device: ContainerDevice): Op[] {
  switch (device.kind) {
    case "interface":
      return lend(device);
    case "macvlan":
      return [
        {
          op: "netlink_outside",
          text: `Make the macvlan device ${device.inside} over ${device.parent} in the network namespace of the process`,
          protocol: ROUTE,
          ...send([newMacvlan(device.parent, device.inside, device.mac)]),
          undo: "",
        },
      ];
    case "ovs":
      return plug(device);
  }
}

/** Its addresses and routes are lost on the way: the addresses come back. */
function lend({ name, inside: as, was }: ContainerDevice & { kind: "interface" }): Op[] {
  const back = send([moveBack(name)]);
  const restored = [
    ...(was.up ? [linkUp(name)] : []),
    ...was.places.map(({ address, subnet }) => newAddress({ name }, address, subnet)),
  ];
  const lent: Op = {
    op: "lend_device",
    name,
    inside: as,
    ...send([moveIn(name, as)]),
    back: back.messages,
    back_patches: back.patches,
    restore: restored.length === 0 ? "" : send(restored).messages,
    restore_patches: restored.length === 0 ? "" : send(restored).patches,
  };
  return [lent];
}

function plug({ bridge, tool, port, inside: as, mac, userspace }: ContainerDevice & { kind: "ovs" }): Op[] {
  const ask = (...words: string[]) =>
    [tool, "--timeout=10", "--if-exists", "del-port", port, ...words].join(SEPARATOR);
  return [
    {
      op: "netlink_outside",
      text: `Make a pair of devices: ${port} here, ${as} in the network namespace of the process`,
      protocol: ROUTE,
      ...send([newCable(port, as, mac)]),
      undo: send([removeLink(port)]).messages,
    },
    {
      op: "run_tool",
      text: `Plug ${port} into the Open vSwitch bridge ${bridge}: ovs-vsctl add-port`,
      // What an earlier life of the container may have left goes in the same transaction.
      words: ask("--", "add-port", bridge, port),
      undo: ask(),
    },
    ...(userspace ? [{ op: "whole_checksums_outside", name: port } as const] : []),
  ];
}

function inside(device: ContainerDevice): Op[] {
  const { inside: name, places, gateways } = device;
  const messages = [
    ...places.map(({ address, subnet }) => newAddress({ name }, address, subnet)),
    linkUp(name),
    ...gateways.map((gateway) => newDefaultRoute({ name }, gateway)),
  ];
  const has = places.map(({ address, subnet }) => `${formatAddress(address)}/${subnet.prefix}`).join(" and ");
  const ways = gateways.map(formatAddress).join(" and ");
  const text = [
    `Bring ${name} up`,
    ...(has === "" ? [] : [`with address ${has}`]),
    ...(ways === "" ? [] : [`and the way out by ${ways}`]),
  ].join(", ");
  return [
    ...(device.kind === "ovs" && device.userspace ? [{ op: "whole_checksums", name } as const] : []),
    { op: "netlink_inside", text, protocol: ROUTE, ...send(messages) },
  ];
}
