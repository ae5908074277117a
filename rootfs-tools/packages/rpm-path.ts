/** Where RPM keeps its database. */
import type { Host } from "../load/host.ts";

const PLACES = ["/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm"];

/** The path of the SQLite database; `undefined` where there is none. */
export const rpmDatabasePath = (host: Host): string | undefined =>
  PLACES.map((place) => `${place}/rpmdb.sqlite`).find((path) => host.walk(path).entry?.kind === "file");
