/** What was typed about names: `--dns`, `--dns-search`, `--dns-option`, `--add-host`. */
import type { Parsed } from "../../cli/command.ts";
import { parseAddress } from "../../net/address.ts";
import { HOST_GATEWAY, type NamesRequest } from "../../sandbox/network/names.ts";
import { UsageError } from "../../util/errors.ts";
import { NAME_OPTIONS } from "./network-words.ts";

/** As many as the helper asks (csrc/dns.h). */
const MOST_SERVERS = 8;

/** A name of at most 253 characters, as RFC 1123 and what people use besides have it. */
const NAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/;

/** Nothing was typed. */
const USUAL: NamesRequest = { servers: [], off: false, search: undefined, options: [], hosts: [] };

/** @throws UsageError naming the word that cannot be. */
export function readNames(input: Parsed): NamesRequest {
  if (!NAME_OPTIONS.some((long) => input.has(long))) return USUAL;
  const words = input.values("dns");
  const off = words.includes("none");
  if (off && (words.length > 1 || input.has("dns-search") || input.has("dns-option"))) {
    throw new UsageError('"--dns none" leaves /etc/resolv.conf alone, and another option would change it');
  }
  if (words.length > MOST_SERVERS) throw new UsageError(`Of "--dns" there are ${MOST_SERVERS} at most`);
  const search = input.has("dns-search") ? input.values("dns-search").map(domain) : undefined;
  if (search !== undefined && search.length > 1 && search.includes(".")) {
    throw new UsageError('"--dns-search ." searches nothing, and another one would');
  }
  return {
    servers: off ? [] : words.map(server),
    off,
    search,
    options: input.values("dns-option").map(option),
    hosts: input.values("add-host").map(host),
  };
}

function server(word: string): string {
  // "fe80::1%eth0": a server on the link of that device.
  if (parseAddress(word.replace(/^(fe[89ab].*)%[^%\s/]{1,15}$/i, "$1")) !== undefined) return word;
  throw new UsageError(
    `Invalid "--dns ${word}": it takes an address`,
    'Or "none": no resolver, and the resolv.conf of ROOTFS',
  );
}

function domain(word: string): string {
  if (word === "." || NAME.test(word)) return word;
  throw new UsageError(`Invalid "--dns-search ${word}": it takes a domain`, '"." searches none');
}

function option(word: string): string {
  if (/^[\x21-\x7e]+$/.test(word)) return word;
  throw new UsageError(`Invalid "--dns-option ${word}"`, "See resolv.conf(5): timeout:1, rotate, ndots:2");
}

/** `NAME:IP`; the first colon parts them. */
function host(word: string): NamesRequest["hosts"][number] {
  const [, name = "", rest = ""] = /^([^:]*):(.*)$/s.exec(word) ?? [];
  const address = /^\[(.*)\]$/.exec(rest)?.[1] ?? rest;
  if (NAME.test(name) && (address === HOST_GATEWAY || parseAddress(address) !== undefined)) {
    return { name, address };
  }
  throw new UsageError(
    `Invalid "--add-host ${word}": it takes NAME:IP`,
    `--add-host db:10.0.0.7, or --add-host host:${HOST_GATEWAY} for the host itself`,
  );
}
