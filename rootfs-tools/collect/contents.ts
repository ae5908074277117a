/** Everything that programs need beyond what their loaders load. Each family is loaded where it is asked for. */
import type { Addition } from "./add.ts";
import type { Collector } from "./collector.ts";
import type { Priority } from "./dlopen-notes.ts";

/** What is asked for; what is left out is not added. */
export interface ContentsOptions {
  /** Every file of these packages. */
  readonly packages?: readonly string[] | undefined;
  /** Every file of the packages that own the programs asked for. */
  readonly withPackages?: boolean | undefined;
  /** Leaves out the manuals and documents of packages. */
  readonly noDocs?: boolean | undefined;
  readonly add?: readonly Addition[] | undefined;
  readonly nss?: boolean | undefined;
  readonly locales?: readonly string[] | undefined;
  readonly gconv?: "all" | readonly string[] | undefined;
  readonly timeZones?: "all" | readonly string[] | undefined;
  readonly certs?: boolean | undefined;
  /** `common` among the names stands for those that people sit at. */
  readonly terminfo?: "all" | readonly string[] | undefined;
  /** Libraries of this priority and above. */
  readonly dlopen?: Priority | undefined;
}

/**
 * Adds it all to what `collector` has. Throws NsboxError where something that was named is not there. What
 * the last ones add depends on what the first ones did.
 */
export async function addContents(collector: Collector, options: ContentsOptions): Promise<void> {
  const { packages = [], withPackages = false, noDocs = false, add = [], locales = [] } = options;
  if (packages.length > 0 || withPackages)
    await (await import("../packages/add.ts")).addPackages(collector, { packages, withPackages, noDocs });
  if (add.length > 0) (await import("./add.ts")).addFiles(collector, add);
  if (options.nss === true) (await import("./nss.ts")).addNss(collector);
  if (options.timeZones !== undefined) (await import("./tz.ts")).addTimeZones(collector, options.timeZones);
  if (options.terminfo !== undefined)
    (await import("./terminfo.ts")).addTerminfo(collector, options.terminfo);
  if (options.dlopen !== undefined)
    (await import("./dlopen-notes.ts")).addDlopened(collector, options.dlopen);
  if (options.certs === true) (await import("./certs.ts")).addCerts(collector);
  const charsets = locales.length > 0 ? (await import("./locale.ts")).addLocales(collector, locales) : [];
  const gconv = options.gconv === "all" ? "all" : [...(options.gconv ?? []), ...charsets];
  if (gconv.length > 0) (await import("./gconv.ts")).addGconv(collector, gconv);
}
