/** `--network pasta` and `--network slirp4netns`: the program that does it, and what it is asked. */
import type { Parsed } from "../../cli/command.ts";
import { block } from "../../plan/block.ts";
import { hostFile, hostSearch } from "../../runtime/networks/host-names.ts";
import type { FileItem } from "../../sandbox/mounts/request.ts";
import { chooseKinds, needs } from "../../sandbox/namespaces.ts";
import { HOST_GATEWAY, nameFiles } from "../../sandbox/network/names.ts";
import type { NetworkPart } from "../../sandbox/network/part.ts";
import { portWords } from "../../sandbox/network/publish.ts";
import { nameServersOf, planUserMode, type UserMode } from "../../sandbox/network/user-mode.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import type { RunFacts } from "./limits.ts";
import { readServices, type TypedServices } from "./network-helper.ts";
import { hostnameFor } from "./network-hostname.ts";
import { readMtu } from "./network-values.ts";

/** Behind the caller's own directories. */
const USUAL_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/** What Debian and its kin call the packages. */
const PACKAGES: Readonly<Record<UserMode, string>> = { pasta: "passt", slirp4netns: "slirp4netns" };

/** What the programs choose themselves. */
const NOT_THEIRS = ["ip", "ip6", "mac"];

/**
 * The operations for `mode`, by another program of the kind where that one is missing.
 * @throws NsboxError where there is none, UsageError where it cannot do what is wanted.
 */
export async function readUserMode(input: Parsed, run: RunFacts, mode: UserMode): Promise<NetworkPart> {
  const { request, caller, id } = run;
  const kinds = chooseKinds(request, caller);
  if (!kinds.includes("net")) throw needs(request, "--network", "net");
  const option = NOT_THEIRS.find((long) => input.has(long));
  if (option !== undefined) {
    throw new UsageError(
      `Option "--${option}" needs a network of nsbox's own`,
      `With "--network ${mode}" the program chooses; \`nsbox net create\` makes networks`,
    );
  }
  const services = await readServices(input);
  const found = findProgram(mode, caller.env["PATH"]);
  const asked = {
    ...found,
    root: caller.uid === 0,
    ports: services.ports,
    nameServers: hostNameServers(),
    mtu: input.has("mtu") ? readMtu(input.value("mtu")!) : undefined,
  };
  const part = planUserMode(asked);
  const hostname = hostnameFor(input, request, id);
  const named = request.hostname === undefined && hostname !== undefined && kinds.includes("uts");
  return {
    ...part,
    inside: [...(named ? [block({ op: "hostname", name: hostname })] : []), ...part.inside],
    items: kinds.includes("mnt") ? filesOf(services, hostname ?? id, nameServersOf(asked)) : [],
    ports: portWords(services.ports),
    notes: [
      ...(found.mode === mode
        ? []
        : [`There is no pasta here (package ${PACKAGES.pasta}): slirp4netns does it, at a lower speed`]),
      ...(services.chosen.length > 0 ? [`Published: ${portWords(services.chosen).join(", ")}`] : []),
    ],
  };
}

/** Names of hosts: the program's forwarder, or the servers that were asked for. */
function filesOf({ names }: TypedServices, hostname: string, servers: readonly string[]): FileItem[] {
  if (names.hosts.some(({ address }) => address === HOST_GATEWAY)) {
    throw new UsageError(`"--add-host" knows no ${HOST_GATEWAY} here: the host itself is out of reach`);
  }
  const own = { hostname, ipv4: "127.0.1.1", ipv6: "", gateway: "", network: "", hostSearch: [] };
  const files = nameFiles({ ...names, off: true }, own);
  if (names.off) return files;
  const search = (names.search ?? hostSearch()).filter((domain) => domain !== ".");
  const lines = (names.servers.length > 0 ? names.servers : servers).map((server) => `nameserver ${server}`);
  if (search.length > 0) lines.push(`search ${search.join(" ")}`);
  if (names.options.length > 0) lines.push(`options ${names.options.join(" ")}`);
  const target = "/etc/resolv.conf";
  return [{ kind: "file", typed: target, target, mode: 0o644, content: `${lines.join("\n")}\n` }, ...files];
}

/** pasta is the better one; who asks for slirp4netns has a reason. */
function findProgram(mode: UserMode, path: string | undefined): { mode: UserMode; program: string } {
  const lookUp = (name: UserMode): string | undefined => {
    const found = Bun.which(name, { PATH: `${path ?? ""}:${USUAL_PATH}` });
    return found?.startsWith("/") ? found : undefined;
  };
  const wanted = lookUp(mode);
  if (wanted !== undefined) return { mode, program: wanted };
  const other = mode === "pasta" ? "slirp4netns" : "pasta";
  const instead = lookUp(other);
  if (mode === "pasta" && instead !== undefined) return { mode: other, program: instead };
  throw new NsboxError(`Cannot make a network by ${mode}`, {
    cause: instead === undefined ? "neither pasta nor slirp4netns is there" : "the program is not there",
    hint:
      instead === undefined
        ? `On Debian and Ubuntu: apt-get install ${PACKAGES.pasta} (or ${PACKAGES.slirp4netns})`
        : `"--network ${other}" works here; on Debian and Ubuntu: apt-get install ${PACKAGES[mode]}`,
    code: "missing-program",
  });
}

/** The families of the name servers in resolv.conf(5). */
function hostNameServers(): { ipv4: boolean; ipv6: boolean } {
  const servers = [...hostFile("/etc/resolv.conf").matchAll(/^\s*nameserver\s+(\S+)/gm)];
  return {
    ipv4: servers.some(([, address = ""]) => !address.includes(":")),
    ipv6: servers.some(([, address = ""]) => address.includes(":")),
  };
}
