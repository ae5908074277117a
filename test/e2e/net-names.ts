/** What the tests of names share: a network with containers zion and moon, and a resolver of the host's. */
import { join } from "node:path";
import { onHost } from "./net-host.ts";
import { AS_ROOT, hostProgram } from "./support.ts";

const FIXTURES = join(import.meta.dir, "fixtures");
const TOOLS = ["dig", "dnsmasq", "python3"] as const;
const lacking = TOOLS.filter((name) => hostProgram(name) === undefined);

/** Why these tests cannot run here. */
export const ABSENT = !AS_ROOT
  ? "needs root"
  : lacking.length > 0
    ? `needs ${lacking.join(", ")}`
    : undefined;

/** A test's name, with the reason why it is skipped. */
export const title = (words: string): string => (ABSENT === undefined ? words : `${words} (${ABSENT})`);

const PRELUDE = `
  mount -t tmpfs none /mnt; cp -L /etc/resolv.conf /mnt/resolv.conf 2> /dev/null || touch /mnt/resolv.conf
  mount --bind /mnt/resolv.conf "$(readlink -f /etc/resolv.conf)"
  servers() { printf 'nameserver %s\\n' "$@" > /mnt/resolv.conf; }
  masq() { $DNSMASQ -k -C /dev/null -p 53 --bind-interfaces --no-resolv --no-hosts --user=root -x /run/dnsmasq.$1 --listen-address "$@" 2> /run/masq & sleep 0.2; }
  odd() { $PYTHON ${FIXTURES}/odd-dns.py $1 $2 > /run/odd.$1 & until grep -qs ready /run/odd.$1; do sleep 0.02; done; }
  $NSBOX net create web > /dev/null
  on() { $NSBOX run -q --network web "$@"; }
  ask() { on / $DIG +time=4 +tries=1 "$@"; }
  short() { ask +short "$@"; }
  servers 127.0.0.1
`;

/** Runs a script of bash on such a host. `on` is a run on network web; `short` and `ask` are dig(1) in one. */
export const play = (script: string) =>
  onHost(PRELUDE + script, {
    PYTHON: hostProgram("python3") ?? "",
    DNSMASQ: hostProgram("dnsmasq") ?? "",
    DIG: hostProgram("dig") ?? "",
  });
