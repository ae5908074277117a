/** Devices other than those of nsbox's own networks, in messages of rtnetlink(7). */
import { type Attribute, type Message, NLM, text, u32 } from "./attributes.ts";
import { deviceValue, IFLA, INFO_DATA, INFO_KIND, linkHead, RTM, VETH_INFO_PEER } from "./rtnetlink.ts";

const IFLA_MACVLAN_MODE = 1;
/** Those of one parent reach each other. */
const MACVLAN_MODE_BRIDGE = 4;

/** IFNAMSIZ without the NUL. */
const LONGEST = 15;

/** Why `name` cannot be that of a device; undefined where it can. See dev_valid_name of the kernel. */
export function badDeviceName(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") return "it is no name";
  if (new TextEncoder().encode(name).length > LONGEST) return `it is longer than ${LONGEST} bytes`;
  return /[/:\s%]/.test(name) ? 'it holds one of "/", ":", "%" and blanks' : undefined;
}

const INTO_CHILD: Attribute = [IFLA.netnsPid, { patch: "pid" }];

/** Moves the host's device `name` into the child's network, as `inside`. Addresses of it are lost by that. */
export const moveIn = (name: string, inside: string): Message => ({
  type: RTM.newLink,
  flags: NLM.ack,
  head: linkHead(0),
  hole: [4, `index=${name}`],
  attributes: [[IFLA.name, text(inside)], INTO_CHILD],
});

/** Moves the device that the sender remembers home, where it is `name` again. Sent from where it is. */
export const moveBack = (name: string): Message => ({
  type: RTM.newLink,
  flags: NLM.ack,
  head: linkHead(0),
  hole: [4, "device"],
  attributes: [
    [IFLA.name, text(name)],
    [IFLA.netnsPid, { patch: "self" }],
  ],
});

/** A macvlan device over `parent`, made in the child's network. */
export const newMacvlan = (parent: string, inside: string, mac: Uint8Array | undefined): Message => ({
  type: RTM.newLink,
  flags: NLM.ack | NLM.create | NLM.exclusive,
  head: linkHead(0),
  attributes: [
    [IFLA.name, text(inside)],
    ...(mac === undefined ? [] : [[IFLA.address, mac] as const]),
    [IFLA.link, deviceValue({ name: parent })],
    INTO_CHILD,
    [
      IFLA.linkinfo,
      [
        [INFO_KIND, text("macvlan")],
        [INFO_DATA, [[IFLA_MACVLAN_MODE, u32(MACVLAN_MODE_BRIDGE)]]],
      ],
    ],
  ],
});

/** A pair of devices that is no port of anything: the host's end up, the other in the child's network. */
export const newCable = (name: string, inside: string, mac: Uint8Array | undefined): Message => ({
  type: RTM.newLink,
  flags: NLM.ack | NLM.create | NLM.exclusive,
  head: linkHead(0, true),
  attributes: [
    [IFLA.name, text(name)],
    [
      IFLA.linkinfo,
      [
        [INFO_KIND, text("veth")],
        [
          INFO_DATA,
          [
            [
              VETH_INFO_PEER,
              {
                head: linkHead(0),
                attributes: [
                  [IFLA.name, text(inside)],
                  ...(mac === undefined ? [] : [[IFLA.address, mac] as const]),
                  INTO_CHILD,
                ],
              },
            ],
          ],
        ],
      ],
    ],
  ],
});
