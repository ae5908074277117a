/** What this build is. The build writes the values in; run from the sources they say so. */

declare const NSBOX_VERSION: string;
declare const NSBOX_COMMIT: string;

/** The release: `0.1.0`. */
export const VERSION = typeof NSBOX_VERSION === "string" ? NSBOX_VERSION : "0.0.0-source";

/** The commit it was built from. */
export const COMMIT = typeof NSBOX_COMMIT === "string" ? NSBOX_COMMIT : "unknown";
