/** Package URLs: `pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12`. */
import type { DescribedPackage } from "./describe.ts";

/** The distribution that a tree was made from, by os-release(5). */
export interface Distribution {
  /** `debian`; empty where nobody says. */
  readonly id: string;
  /** `12`; empty for distributions that have no releases. */
  readonly version: string;
}

const encode = (text: string): string => encodeURIComponent(text).replaceAll("%3A", ":");

/** The URL of a package. The namespace is the distribution, and RPM's epoch a qualifier. */
export function purlOf(about: DescribedPackage, { id, version }: Distribution): string {
  const { type, name, arch } = about;
  const [, epoch, rest = about.version] = (type === "rpm" ? /^(\d+):(.*)$/.exec(about.version) : null) ?? [];
  const qualifiers = [
    ["arch", arch],
    ["distro", id === "" ? "" : version === "" ? id : `${id}-${version}`],
    ["epoch", epoch ?? ""],
  ].filter(([, value]) => value !== "");
  const namespace = id === "" ? "" : `${encode(id)}/`;
  const query = qualifiers.map(([key, value = ""]) => `${key}=${encode(value)}`).join("&");
  return `pkg:${type}/${namespace}${encode(name)}@${encode(rest)}${query === "" ? "" : `?${query}`}`;
}
