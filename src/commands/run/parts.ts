/** The families of options that most runs do without: each is loaded where one of its options was given. */
import type { Parsed } from "../../cli/command.ts";
import { chooseKinds, ownKinds } from "../../sandbox/namespaces.ts";
import type { Parts } from "../../sandbox/plan-run.ts";
import type { Caller, RunRequest } from "../../sandbox/request.ts";
import { groupsOf } from "./option-groups.ts" with { type: "macro" };

const GROUPS = groupsOf();

/** Reads them, and whatever files they speak of. */
export async function readParts(input: Parsed, request: RunRequest, caller: Caller): Promise<Parts> {
  const used = new Set<string | undefined>();
  for (const [long] of input.ordered) used.add(GROUPS[long]);
  const joinsUser = request.joins.some(({ kind }) => kind === "user");
  const privileged = input.has("privileged");
  const found = used.has("identity") || joinsUser ? await identity(input, request, caller) : undefined;
  const mounts =
    used.has("mounts") || privileged || request.root === NO_TREE || found?.idmapRoot
      ? await mountsOf(input, request, caller, privileged, found?.idmapRoot === true)
      : undefined;
  return {
    identity: found,
    mounts,
    security: used.has("security") ? await (await import("./security.ts")).readSecurity(input) : undefined,
  };
}

/** ROOTFS that is none; a directory of that name is `./none`. */
const NO_TREE = "none";

async function mountsOf(
  input: Parsed,
  request: RunRequest,
  caller: Caller,
  privileged: boolean,
  idmapRoot: boolean,
): Promise<Parts["mounts"]> {
  const kinds = chooseKinds(request, caller);
  const joined = request.joins.some(({ kind }) => kind === "mnt");
  // Without mounts of the command's own nothing is masked.
  if (privileged && !kinds.includes("mnt") && !joined) return undefined;
  const [{ readMounts }, { planMounts }] = await Promise.all([
    import("./mounts.ts"),
    import("../../sandbox/mounts/index.ts"),
  ]);
  const typed = readMounts(input, request.root, caller.bytes);
  const own = ownKinds(kinds, request.joins);
  return planMounts(privileged ? { ...typed, unmask: ["ALL"] } : typed, {
    kinds: joined ? [...own, "mnt"] : own,
    uid: caller.uid,
    idmapRoot,
    quiet: input.has("quiet"),
  });
}

async function identity(input: Parsed, request: RunRequest, caller: Caller): Promise<Parts["identity"]> {
  const [{ readIdentity }, { lookUpIdentity }] = await Promise.all([
    import("./identity.ts"),
    import("../../sandbox/identity/look-up.ts"),
  ]);
  const kinds = chooseKinds(request, caller);
  const joined = request.joins.some(({ kind }) => kind === "user");
  return lookUpIdentity(readIdentity(input), {
    uid: caller.uid,
    gid: caller.gid,
    root: request.root === NO_TREE ? undefined : request.root,
    userNamespace: joined ? "joined" : kinds.includes("user") ? "made" : "none",
  });
}
