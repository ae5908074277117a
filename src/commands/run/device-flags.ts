/** The options by which the command gets devices. */
import type { Flag } from "../../cli/command.ts";

/** The table, in the order of the help. */
export const deviceFlags = (group: string): readonly Flag[] => [
  {
    long: "interface",
    value: "NAME[:INSIDE]",
    multiple: true,
    group,
    help: "Move this device of the host into the container, and back at its end",
    text: "INSIDE is its name there. Nobody else has it meanwhile. Back home it is up, and has the addresses that it had, where it had them when the container was started; other routes than to those are lost. Where nsbox is killed by SIGKILL the kernel sends hardware home; devices that are made by software (veth, macvlan, tun) are gone then.",
  },
  {
    long: "macvlan",
    value: "PARENT[:INSIDE]",
    multiple: true,
    group,
    help: "Give the container a device of its own on the network of the host's device PARENT",
    text: 'It has an address of hardware of its own, and reaches all on that network but the host itself. INSIDE is its name, else eth0. Without "--ip" it has the addresses that routers tell of (IPv6), or that a DHCP client in the container asks for.',
  },
  {
    long: "ovs",
    value: "BRIDGE[:INSIDE]",
    multiple: true,
    group,
    help: "Plug the container into this bridge of Open vSwitch",
    text: "Calls ovs-vsctl, and does the same again to unplug it.",
  },
  {
    long: "gateway",
    value: "ADDRESS",
    multiple: true,
    group,
    help: "Have the device's way out by this address; one of IPv4 and one of IPv6",
  },
];
