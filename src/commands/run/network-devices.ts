/** `--interface`, `--macvlan`, `--ovs`: devices that the command gets. */
import type { Parsed } from "../../cli/command.ts";
import { didYouMean, suggest } from "../../cli/suggest.ts";
import { contains, subnetOf } from "../../net/address.ts";
import { badDeviceName } from "../../net/devices.ts";
import { addresses, type Link, links } from "../../net/look.ts";
import { ROUTE } from "../../net/rtnetlink.ts";
import { withSocket } from "../../runtime/networks/socket.ts";
import { chooseKinds, needs } from "../../sandbox/namespaces.ts";
import { type ContainerDevice, devicesPart, type Place } from "../../sandbox/network/devices.ts";
import type { NetworkPart } from "../../sandbox/network/part.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { LINK_LOCAL, NOTHING, readOwn } from "./device-values.ts";
import type { RunFacts } from "./limits.ts";
import { switchOf } from "./network-ovs.ts";
import { DEVICE_OPTIONS, type DeviceOption } from "./network-words.ts";

/** What each device has of its own: only one of them can, since the options name none. */
const OWN = ["ip", "ip6", "gateway", "mac"];

/** One as it was typed. */
interface Typed {
  readonly option: DeviceOption;
  readonly word: string;
  readonly target: string;
  readonly inside: string;
}

/**
 * The operations. `taken`: the name of the device that the command has on a network, which then has the
 * addresses that were typed.
 * @throws NsboxError where a device is not there, UsageError where options contradict each other.
 */
export function readDevices(input: Parsed, run: RunFacts, taken: string | undefined): NetworkPart {
  const { request, caller, id } = run;
  const [first] = DEVICE_OPTIONS.filter((option) => input.has(option));
  if (!chooseKinds(request, caller).includes("net")) throw needs(request, `--${first}`, "net");
  if (caller.uid !== 0) {
    throw new NsboxError(`Option "--${first}" needs root`, {
      cause: "it is a device of the machine",
      hint: "`--network pasta` gives a way out without",
      code: "not-permitted",
    });
  }
  const all = typedDevices(input, taken);
  const own = OWN.find((option) => input.has(option));
  if (own !== undefined && taken === undefined && all.length > 1) {
    throw new UsageError(
      `Option "--${own}" does not say which device it means, of ${all.map(({ inside }) => inside).join(", ")}`,
      "Set it inside, by ip(8)",
    );
  }
  const addressed = taken === undefined ? readOwn(input) : NOTHING;
  const outlives = input.has("ns-dir");
  return devicesPart(
    withSocket(ROUTE, (socket) => {
      const found = links(socket);
      const known = typeof found === "number" ? [] : found;
      const places = typeof found === "number" ? [] : addresses(socket);
      return all.map((one, index): ContainerDevice => {
        const { inside } = one;
        if (one.option === "ovs") {
          return {
            kind: "ovs",
            inside,
            port: `nso${id.slice(0, 10)}${index}`,
            ...switchOf(one.target),
            ...addressed,
          };
        }
        const link = linkOf(one, known);
        if (one.option === "macvlan")
          return { kind: "macvlan", inside, parent: link.name, outlives, ...addressed };
        if (addressed.mac !== undefined) {
          throw new UsageError(
            'Options "--mac" and "--interface" contradict each other: the device has its own',
          );
        }
        const was = typeof places === "number" ? [] : places.filter((place) => place.index === link.index);
        const kept = was
          .filter(({ address }) => !contains(LINK_LOCAL, address))
          .map(({ address, prefix }): Place => ({ address, subnet: subnetOf(address, prefix) }));
        return {
          kind: "interface",
          inside,
          name: link.name,
          was: { up: link.up, places: kept },
          ...addressed,
        };
      });
    }),
  );
}

function typedDevices(input: Parsed, taken: string | undefined): Typed[] {
  const names = new Set(taken === undefined ? ["lo"] : ["lo", taken]);
  const moved = new Set<string>();
  return input.ordered.flatMap(([long, word]): Typed[] => {
    const option = DEVICE_OPTIONS.find((each) => each === long);
    if (option === undefined || word === true) return [];
    const at = word.lastIndexOf(":");
    const target = at < 0 ? word : word.slice(0, at);
    const own = option === "interface" ? target : freeName(names);
    const inside = at < 0 ? own : word.slice(at + 1);
    for (const name of option === "ovs" ? [inside] : [target, inside]) {
      const bad = badDeviceName(name);
      if (bad !== undefined) throw new UsageError(`Invalid "--${option} ${word}": "${name}": ${bad}`);
    }
    if (target === "lo") {
      throw new UsageError(`Invalid "--${option} ${word}": every network has a "lo" of its own`);
    }
    if (target === "") throw new UsageError(`Invalid "--${option} ${word}": it names no bridge`);
    if (names.has(inside)) {
      throw new UsageError(`Two devices would be called "${inside}" inside`, `--${option} ${target}:eth7`);
    }
    if (option !== "ovs" && moved.has(target)) {
      throw new UsageError(`Invalid "--${option} ${word}": "--interface ${target}" has moved it in by then`);
    }
    names.add(inside);
    if (option === "interface") moved.add(target);
    return [{ option, word, target, inside }];
  });
}

/** eth0, or the next of its kind. */
function freeName(names: ReadonlySet<string>): string {
  let number = 0;
  while (names.has(`eth${number}`)) number++;
  return `eth${number}`;
}

function linkOf({ target }: Typed, known: readonly Link[]): Link {
  const link = known.find(({ name }) => name === target);
  const names = known.map(({ name }) => name).filter((name) => name !== "lo");
  if (link === undefined) {
    throw new NsboxError(`There is no device "${target}" on this host`, {
      hint:
        didYouMean(suggest(target, names)) ??
        (names.length === 0 ? "This host has none but lo" : `There are ${names.join(", ")}`),
      code: "not-found",
    });
  }
  return link;
}
