/**
 * The name service: what getpwnam(3), getaddrinfo(3) and their like open, see nsswitch.conf(5). Modules as
 * the configuration names them, the configuration itself, and never a file that holds secrets.
 */
import type { Collector } from "./collector.ts";
import { hasGlibc, type Libc, libcs } from "./libc.ts";
import type { Reason } from "./manifest.ts";

const NSSWITCH = "/etc/nsswitch.conf";
/** What C libraries read themselves. Neither shadow(5) nor gshadow(5) is among it. */
const CONFIGURATION = ["/etc/hosts", "/etc/services", "/etc/protocols", "/etc/networks", "/etc/rpc"];
/** What only glibc reads. */
const GLIBC_CONFIGURATION = [NSSWITCH, "/etc/host.conf", "/etc/gai.conf", "/etc/netgroup", "/etc/ethers"];
const ACCOUNTS = ["/etc/passwd", "/etc/group"];
const RESOLVER = "/etc/resolv.conf";
/** Since this version `files` and `dns` are in libc itself. */
const BUILT_IN_SINCE = /\0GLIBC_2\.34\0/;
const BUILT_IN = new Set(["files", "dns"]);
/** What glibc takes where there is no nsswitch.conf. */
const WITHOUT_CONFIGURATION = ["files", "dns"];

const why = (name: string, rule: string): Reason => ({ by: "", name, rule: `${rule}, --nss` });

/** Adds the modules and files of the name service; the modules of every glibc that was collected. */
export function addNss(collector: Collector): void {
  const libraries = libcs(collector);
  const services = servicesIn(collector.host.text(NSSWITCH));
  for (const libc of libraries) if (libc.kind === "glibc") addModules(collector, libc, services);
  const files = hasGlibc(libraries) ? [...GLIBC_CONFIGURATION, ...CONFIGURATION] : CONFIGURATION;
  for (const path of files) {
    collector.file(path, why(path, "configuration"), { kind: "config", optional: true });
  }
  for (const path of ACCOUNTS) addAccounts(collector, path);
  addResolver(collector);
}

/** The services that `text` names, each once; reactions in brackets are no services. */
export function servicesIn(text: string): readonly string[] {
  const services = new Set<string>();
  for (const line of text.split("\n")) {
    const [, words = ""] = /^\s*\w+\s*:(.*)$/.exec(line.replace(/#.*/, "")) ?? [];
    for (const word of words.replace(/\[[^\]]*\]/g, " ").split(/\s+/)) {
      // A slash would lead out of the directories of libraries.
      if (word !== "" && !word.includes("/")) services.add(word);
    }
  }
  return services.size === 0 ? WITHOUT_CONFIGURATION : [...services];
}

/** glibc passes over a service whose module is absent, and so does this. */
function addModules(collector: Collector, libc: Libc, services: readonly string[]): void {
  const builtIn = libc.find(BUILT_IN_SINCE) !== undefined;
  for (const service of services) {
    if (builtIn && BUILT_IN.has(service)) continue;
    const name = `libnss_${service}.so.2`;
    collector.library(name, libc.path, { by: NSSWITCH, name, rule: "service of nsswitch.conf, --nss" });
  }
}

/** Adds passwd(5) or group(5) as it is; where its second fields hold a password, without that. */
function addAccounts(collector: Collector, path: string): void {
  const lines = collector.host.text(path).split("\n");
  const clean = lines.map((line) => line.replace(/^([^:#]+):(?!x?:|[*!]+:)[^:]*:/, "$1:x:"));
  if (clean.every((line, index) => line === lines[index])) {
    collector.file(path, why(path, "accounts"), { kind: "config", optional: true });
    return;
  }
  collector.text(path, clean.join("\n"), why(path, "accounts without passwords"), { replace: true });
  collector.note(`"${path}" holds passwords: they were left out`);
}

/** A link leads to a file that another program writes anew: the tree gets what it says now. */
function addResolver(collector: Collector): void {
  const { links, entry, path } = collector.host.walk(RESOLVER);
  const reason = why(RESOLVER, "name servers");
  if (entry?.kind !== "file") return;
  if (links.length === 0 || path.startsWith("/etc/")) collector.file(RESOLVER, reason, { kind: "config" });
  else collector.text(RESOLVER, collector.host.text(RESOLVER), reason, { replace: true });
}
