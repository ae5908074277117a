/** What was typed behind `--publish`. */
import type { Parsed } from "../../cli/command.ts";
import { formatAddress, parseAddress } from "../../net/address.ts";
import { endpoint, MOST_PORTS, PROTOCOLS, type PublishedPort } from "../../sandbox/network/publish.ts";
import { UsageError } from "../../util/errors.ts";

/** Where nobody says which address: those that this host alone reaches. */
const LOOPBACKS = ["127.0.0.1", "::1"];

/** A port of the host that is to be chosen. */
const ANY = 0;

const EXAMPLE = "--publish 8080:80, --publish 0.0.0.0:53:53/udp, --publish 8000-8003:80-83";

/** `[[ADDR:][PORT]:]PORT[/PROTOCOL]`; an IPv6 address stands in brackets. */
const SHAPE =
  /^(?:(?:(?<address>\[[^\]]*\]|[^:]*):)?(?<host>[\d-]*):)?(?<inside>[\d-]+)(?:\/(?<protocol>\w+))?$/;

/** The same with an IPv6 address that has none. */
const BARE_IPV6 = /^([\da-f:]*:[\da-f:]*:[\da-f:]*):(\d[\d-]*:\d[\d-]*(?:\/\w+)?)$/i;

/**
 * The ports of `input`; 0 for those of the host that are to be chosen.
 * @throws UsageError naming the word that cannot be.
 */
export function readPorts(input: Parsed): PublishedPort[] {
  const ports = input.values("publish").flatMap(readPort);
  if (ports.length > MOST_PORTS) {
    throw new UsageError(
      `${ports.length} ports of the host's addresses are published, and ${MOST_PORTS} are the most`,
      "Without an address each is published at 127.0.0.1 and at ::1",
    );
  }
  const seen = new Set<string>();
  for (const { protocol, address, port } of ports) {
    const word = `${endpoint(address, port)}/${protocol}`;
    if (port !== ANY && seen.has(word)) throw new UsageError(`Port ${word} is published twice`);
    seen.add(word);
  }
  return ports;
}

function readPort(value: string): PublishedPort[] {
  const invalid = (why: string) => new UsageError(`Invalid "--publish ${value}": ${why}`, EXAMPLE);
  const parts = SHAPE.exec(value)?.groups;
  if (parts === undefined) {
    const [, bare, rest] = BARE_IPV6.exec(value) ?? [];
    if (bare !== undefined && parseAddress(bare) !== undefined) {
      throw new UsageError(
        `Invalid "--publish ${value}": an address of IPv6 stands in brackets`,
        `--publish [${bare}]:${rest}`,
      );
    }
    throw invalid("it takes [ADDR:]PORT:PORT[/udp]");
  }
  const { address = "", host = "", inside = "", protocol = "tcp" } = parts;
  const known = PROTOCOLS.find((name) => name === protocol.toLowerCase());
  if (known === undefined) throw invalid(`"${protocol}" is neither tcp nor udp`);
  const targets = range(inside, invalid);
  const own = host === "" || host === "0" ? targets.map(() => ANY) : range(host, invalid);
  if (own.length !== targets.length) {
    throw invalid(`${own.length} ports of the host for ${targets.length} of the container`);
  }
  const addresses = address === "" ? LOOPBACKS : [readAddress(address, invalid)];
  return own.flatMap((port, at) =>
    addresses.map((each) => ({
      protocol: known,
      address: each,
      port,
      target: targets[at]!,
      optional: address === "" && each.includes(":"),
    })),
  );
}

function readAddress(word: string, invalid: (why: string) => UsageError): string {
  const bracketed = /^\[(.*)\]$/.exec(word)?.[1];
  const address = parseAddress(bracketed ?? word);
  if (address?.version === (bracketed === undefined ? 4 : 6)) return formatAddress(address);
  if (word === "*") throw invalid("all addresses are 0.0.0.0 and [::]");
  if (word === "localhost") throw invalid("without an address it is at localhost");
  throw invalid(
    bracketed?.includes("%")
      ? "an address that belongs to one device alone cannot be published"
      : `"${word}" is no address: names are not looked up, and IPv6 stands in brackets`,
  );
}

/** `8000-8003` as numbers. */
function range(word: string, invalid: (why: string) => UsageError): number[] {
  const [, first = "", last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(word) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (first === "" || from < 1 || to > 65535) throw invalid(`"${word}" is no port: they are 1 to 65535`);
  if (to < from) throw invalid(`the range "${word}" ends before it begins`);
  if (to - from >= MOST_PORTS) throw invalid(`the range "${word}" has more than ${MOST_PORTS} ports`);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
