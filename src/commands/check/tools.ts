/** Programs of the host that some features call. */
import { find } from "../../../rootfs-tools/archive/tool.ts";
import { missing, ok, type Probe } from "../../runtime/check/probe.ts";

/** Any one of the names will do. */
const TOOLS = [
  { names: ["newuidmap"], from: "uidmap (newuidmap, newgidmap)", for: "--map-auto of ordinary users" },
  { names: ["sqfstar", "mksquashfs"], from: "squashfs-tools", for: "build-rootfs --output NAME.squashfs" },
  { names: ["mkfs.erofs"], from: "erofs-utils", for: "build-rootfs --output NAME.erofs" },
  { names: ["pasta"], from: "passt", for: "--network pasta: a way out without root" },
  { names: ["slirp4netns"], from: "slirp4netns", for: "--network slirp4netns, and where there is no pasta" },
  { names: ["ovs-vsctl"], from: "openvswitch-switch", for: "--ovs: devices in bridges of Open vSwitch" },
] as const;

/** A probe a program. */
export const TOOL_PROBES: readonly Probe[] = TOOLS.map(({ names, from, for: what }) => ({
  name: names[0],
  title: `The program ${names.join(" or ")}`,
  for: what,
  optional: true,
  probe: () => {
    const path = names.map(find).find((each) => each !== undefined);
    return path === undefined ? missing("it is not installed", `Install the package ${from}`) : ok(path);
  },
}));
