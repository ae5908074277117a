/** Names of network namespaces, as ip-netns(8) keeps them. */

/** Where they are files, each with a namespace bound over it. */
export const NETNS_DIRECTORY = "/run/netns";

/** NAME_MAX: a name is that of a file. */
const LONGEST = 255;

/** Why `name` cannot be the name of a network namespace; undefined where it can. */
export function badNetnsName(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (name.includes("/")) return 'it holds a "/"';
  if (name === "." || name === "..") return "that is a directory";
  if (name.includes("\0")) return "it holds a NUL character";
  return new TextEncoder().encode(name).length > LONGEST
    ? `it is longer than ${LONGEST} bytes, as the name of a file may be`
    : undefined;
}
