/** Which package brings what is absent, by the distribution that a system says it is, see os-release(5). */
import type { Host } from "../load/host.ts";

/** Package names, or what to do, by families of distributions. */
export type PackageNames = Readonly<
  Partial<Record<"debian" | "fedora" | "alpine" | "arch" | "suse", string>>
>;

const OS_RELEASE = ["/etc/os-release", "/usr/lib/os-release"];

/** The values of os-release(5) without their quotes; none where there is no such file. */
export function osRelease(host: Host): ReadonlyMap<string, string> {
  const text = OS_RELEASE.map((path) => host.text(path, 65536)).find((content) => content !== "") ?? "";
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^([A-Z0-9_]+)=(.*)$/.exec(line.trim()) ?? [];
    if (name !== undefined && value !== undefined) values.set(name, value.replace(/^(["'])(.*)\1$/, "$2"));
  }
  return values;
}

/** The hint of an error: `package "tzdata" has it`; nothing on distributions that are not among `names`. */
export function packageHint(host: Host, names: PackageNames): { readonly hint?: string } {
  const release = osRelease(host);
  const ids = `${release.get("ID") ?? ""} ${release.get("ID_LIKE") ?? ""}`.split(" ");
  for (const id of ids) {
    const family = id === "rhel" ? "fedora" : id === "opensuse" ? "suse" : id;
    const name = Object.entries(names).find(([key]) => key === family)?.[1];
    if (name !== undefined) return { hint: name.includes(" ") ? name : `the package "${name}" has it` };
  }
  return {};
}
