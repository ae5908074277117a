/** What `--ovs` needs to know of Open vSwitch. */
import { NsboxError } from "../../util/errors.ts";

/** Where ovs-vsctl is looked up: it is run as root, whatever the caller's PATH. */
const TOOLS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What `ovs-vsctl br-exists` exits with. */
const NO_BRIDGE = 2;

/** Seconds that the switch has to answer. */
const PATIENCE = 5;

/**
 * The tool, and what kind of switch the bridge is.
 * @throws NsboxError where tool, switch or bridge are not there.
 */
export function switchOf(bridge: string): { bridge: string; tool: string; userspace: boolean } {
  const refused = (cause: string, hint: string, code: string) =>
    new NsboxError(`Cannot plug into Open vSwitch bridge "${bridge}"`, { cause, hint, code });
  const tool = Bun.which("ovs-vsctl", { PATH: TOOLS });
  if (tool === null) {
    throw refused(
      "there is no ovs-vsctl here",
      "On Debian and Ubuntu: apt-get install openvswitch-switch. A bridge of nsbox's own needs nothing: `nsbox net create`",
      "missing-program",
    );
  }
  const ask = (...words: string[]) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync([tool, `--timeout=${PATIENCE}`, ...words], {
      env: {},
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    return { status: exitCode, out: stdout.toString().trim(), err: stderr.toString().trim() };
  };
  const { status, err } = ask("br-exists", bridge);
  if (status === NO_BRIDGE) {
    const names = ask("list-br")
      .out.split("\n")
      .filter((name) => name !== "");
    throw refused(
      `there is no such bridge${names.length > 0 ? `; there are ${names.join(", ")}` : ""}`,
      `ovs-vsctl add-br ${bridge}`,
      "not-found",
    );
  }
  if (status !== 0) {
    throw refused(
      err.split("\n")[0] || "ovs-vsctl gets no answer",
      "The switch has to run: service openvswitch-switch start",
      "no-switch",
    );
  }
  const { out } = ask("get", "bridge", bridge, "datapath_type");
  return { bridge, tool, userspace: out.replaceAll('"', "") === "netdev" };
}
