/** Time zones, see tzfile(5) and tzset(3). */
import { NsboxError } from "../../src/util/errors.ts";
import type { Collector } from "./collector.ts";
import type { Reason } from "./manifest.ts";
import { packageHint } from "./package-hint.ts";

const ZONES = "/usr/share/zoneinfo";
/** The same zones twice more, once with leap seconds: only by name. */
const VARIANTS = new Set(["posix", "right"]);
const LOCAL = ["/etc/localtime", "/etc/timezone"];
const PACKAGES = { debian: "tzdata", fedora: "tzdata", alpine: "tzdata", arch: "tzdata", suse: "timezone" };

/**
 * Adds the zones in `names`, a zone or a directory of zones each, or all; and which one is the system's.
 * Throws NsboxError where one is not there.
 */
export function addTimeZones(collector: Collector, names: "all" | readonly string[]): void {
  const why = (name: string): Reason => ({ by: "", name, rule: "time zone, --tz" });
  if (!collector.host.isDirectory(ZONES)) {
    throw new NsboxError("Cannot add time zones", {
      cause: `"${ZONES}": no such directory`,
      code: "not-found",
      ...packageHint(collector.host, PACKAGES),
    });
  }
  const listed = names === "all" ? collector.host.list(ZONES) : names;
  for (const name of listed) {
    if (names === "all" && VARIANTS.has(name)) continue;
    if (!isZoneName(name) || collector.host.walk(`${ZONES}/${name}`).entry === undefined) {
      const legacy = { ...PACKAGES, debian: 'the package "tzdata" has the zones, "tzdata-legacy" old names' };
      throw new NsboxError(`Cannot add the time zone "${name}"`, {
        cause: `there is none of that name in "${ZONES}"`,
        code: "not-found",
        ...(isZoneName(name) ? packageHint(collector.host, legacy) : {}),
      });
    }
    collector.tree(`${ZONES}/${name}`, why(name));
  }
  for (const path of LOCAL) collector.file(path, why(path), { kind: "config", optional: true });
}

/** A path below the directory of zones: neither absolute nor with dots. */
const isZoneName = (name: string): boolean => /^(?!.*(?:^|\/)\.\.?(?:\/|$))[^/].*$/.test(name);
