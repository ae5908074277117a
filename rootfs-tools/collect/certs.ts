/** The certificates of authorities that TLS trusts, and the configuration that OpenSSL reads with them. */
import { NsboxError } from "../../src/util/errors.ts";
import { baseOf } from "../files/paths.ts";
import type { Collector } from "./collector.ts";
import type { Reason } from "./manifest.ts";
import { packageHint } from "./package-hint.ts";

/** Where distributions keep them: bundles, and directories by hash. */
const STORES = [
  "/etc/ssl/certs",
  "/etc/ssl/cert.pem",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/certs",
  "/etc/pki/tls/cert.pem",
  "/etc/pki/ca-trust/extracted",
  "/etc/ca-certificates/extracted",
  "/var/lib/ca-certificates",
];
const CONFIGURATION = [
  "/etc/ssl/openssl.cnf",
  "/etc/ssl/ct_log_list.cnf",
  "/etc/pki/tls/openssl.cnf",
  "/etc/pki/tls/openssl.d",
  "/etc/crypto-policies/back-ends/opensslcnf.config",
  "/etc/crypto-policies/back-ends/gnutls.config",
  "/etc/gnutls/config",
];
/** Below OPENSSLDIR; keys, in `private`, are not. */
const OPENSSL = ["certs", "cert.pem", "openssl.cnf"];
const PACKAGES = ["debian", "fedora", "alpine", "arch", "suse"].map((name) => [name, "ca-certificates"]);
const LONGEST_LIBCRYPTO = 2 ** 25;

/** Adds them. Throws NsboxError where there are none. */
export function addCerts(collector: Collector): void {
  const { host } = collector;
  const why = (name: string, rule: string): Reason => ({ by: "", name, rule: `${rule}, --certs` });
  const done = new Set<string>();
  const add = (path: string, rule: string): number => {
    const { entry, path: real } = host.walk(path);
    if (entry === undefined || isSecret(real)) return 0;
    const added = collector.file(path, why(path, rule));
    if (entry.kind !== "directory") return added ? 1 : 0;
    // Links to directories lead to the same ones again, and may lead up.
    if (done.has(real)) return 0;
    done.add(real);
    let count = 0;
    for (const name of host.list(path)) count += add(`${path}/${name}`, rule);
    return count;
  };
  let count = 0;
  for (const path of STORES) count += add(path, "certificates");
  if (count === 0) {
    throw new NsboxError("Cannot add certificates", {
      cause: `none in ${STORES.join(", ")}`,
      code: "not-found",
      ...packageHint(host, Object.fromEntries(PACKAGES)),
    });
  }
  for (const path of CONFIGURATION) add(path, "configuration of TLS");
  for (const { directory, modules } of openSsl(collector)) {
    for (const name of OPENSSL) add(`${directory}/${name}`, "OPENSSLDIR");
    if (modules !== undefined) add(modules, "providers of OpenSSL");
  }
}

/** The directories that were compiled into each libcrypto of the tree. */
function openSsl({ host, manifest }: Collector) {
  const libraries = [...manifest.items.keys()].filter((path) => baseOf(path).startsWith("libcrypto.so."));
  return libraries.flatMap((path) => {
    const text = new TextDecoder("latin1").decode(host.read(path, LONGEST_LIBCRYPTO));
    const directory = /OPENSSLDIR: "(\/[^"\0]+)"/.exec(text)?.[1];
    const modules = /MODULESDIR: "(\/[^"\0]+)"/.exec(text)?.[1];
    return directory === undefined ? [] : [{ directory, modules }];
  });
}

/** Private keys stand beside certificates. */
const isSecret = (path: string): boolean => /\/private(?:\/|$)/.test(path) || /\.key$/.test(path);
