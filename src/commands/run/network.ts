/** The command's network, as it was typed. */
import type { Parsed } from "../../cli/command.ts";
import type { NetworkPart } from "../../sandbox/network/part.ts";
import { UsageError } from "../../util/errors.ts";
import type { RunFacts } from "./limits.ts";
import { DEVICE_OPTIONS, isSharing, isUserMode, NAME_OPTIONS } from "./network-words.ts";

/** What only a network of nsbox's own can give. */
const OF_A_NETWORK = ["mtu", "publish"];

/** What a device of the container's may have as well. */
const OF_A_DEVICE = ["ip", "ip6", "mac"];

/** The device on a network. */
const ETH0 = "eth0";

/** The operations for `input`. @throws NsboxError where it cannot be. */
export async function readNetwork(input: Parsed, run: RunFacts): Promise<NetworkPart | undefined> {
  const word = input.value("network");
  const hasDevices = DEVICE_OPTIONS.some((option) => input.has(option));
  const isOn = word !== undefined && word !== "none" && !isSharing(word);
  if (input.has("gateway") && (isOn || !hasDevices)) {
    throw new UsageError(
      'Option "--gateway" is for a device',
      "--macvlan eth0 --ip 192.168.1.50/24 --gateway 192.168.1.1",
    );
  }
  const network = isOn ? await onNetwork(input, run, word) : await offNetwork(input, run, word, hasDevices);
  if (!hasDevices) return network;
  const { readDevices } = await import("./network-devices.ts");
  const devices = readDevices(input, run, isOn ? ETH0 : undefined);
  if (network === undefined) return devices;
  return {
    ...network,
    outside: [...network.outside, ...devices.outside],
    inside: [...network.inside, ...devices.inside],
  };
}

async function onNetwork(input: Parsed, run: RunFacts, word: string): Promise<NetworkPart> {
  if (isUserMode(word)) return (await import("./network-user-mode.ts")).readUserMode(input, run, word);
  return (await import("./network-bridge.ts")).readBridge(input, run, word);
}

/** The option without what it needs: another network than the one that was chosen, where one was. */
function needsNetwork(option: string, word: string | undefined): UsageError {
  if (option === "publish" && word === "host") {
    return new UsageError(
      `Option "--${option}" needs a network`,
      "With the host's network the command listens at the host's ports itself: leave it out",
    );
  }
  if (word !== undefined) {
    const others = OF_A_DEVICE.includes(option)
      ? "--network NAME, or a device: --interface, --macvlan, --ovs"
      : `--network NAME${NAME_OPTIONS.some((long) => long === option) ? ", host" : ""}, pasta or slirp4netns`;
    return new UsageError(
      `Options "--${option}" and "--network ${word}" contradict each other`,
      `It goes with ${others}`,
    );
  }
  return new UsageError(
    `Option "--${option}" needs a network`,
    process.geteuid!() === 0
      ? 'Add "--network NAME"; `nsbox net ls` lists networks'
      : 'Add "--network pasta"',
  );
}

/** The files about names alone, where they are not ROOTFS's own. */
async function offNetwork(
  input: Parsed,
  run: RunFacts,
  word: string | undefined,
  hasDevices: boolean,
): Promise<NetworkPart | undefined> {
  const named = NAME_OPTIONS.some((long) => input.has(long));
  const options = [
    ...OF_A_NETWORK,
    ...(hasDevices ? [] : OF_A_DEVICE),
    ...(hasDevices || word === "host" ? [] : NAME_OPTIONS),
  ];
  const option = options.find((long) => input.has(long));
  if (option !== undefined) throw needsNetwork(option, word);
  const isNone = word === undefined || word === "none";
  if (isNone && !(hasDevices && named)) return undefined;
  return (await import("./network-files.ts")).readFiles(input, run, isNone ? "host" : word);
}
