/** Host names: what sethostname(2) takes and hostname(7) allows. */
import { UsageError } from "../util/errors.ts";

/** The kernel's limit, __NEW_UTS_LEN. */
const LONGEST = 64;

/** @throws UsageError where `name` is no host name. */
export function checkHostname(name: string): void {
  if (name.length > LONGEST) {
    throw new UsageError(`Host name "${name}" has ${name.length} characters, and ${LONGEST} is the most`);
  }
  if (!/^[A-Za-z0-9.-]+$/.test(name)) {
    throw new UsageError(
      `Invalid host name "${name}"`,
      '"-u" and "-H" take a host name of letters, digits, "." and "-" as the next word: "-pmu zion"',
    );
  }
}
