/** The families of options that most runs do without: each is loaded where one of its options was given. */
import type { Parsed } from "../../cli/command.ts";
import type { Identity } from "../../sandbox/identity/request.ts";
import type { LifePart } from "../../sandbox/life.ts";
import type { MountPart } from "../../sandbox/mounts/part.ts";
import type { MountsRequest } from "../../sandbox/mounts/request.ts";
import { chooseKinds, ownKinds } from "../../sandbox/namespaces.ts";
import type { NetworkPart } from "../../sandbox/network/part.ts";
import type { Parts } from "../../sandbox/plan-run.ts";
import type { Caller, RunRequest } from "../../sandbox/request.ts";
import type { MadeInItsName } from "./in-its-name.ts";
import { isKept } from "./is-kept.ts";
import { groupsOf } from "./option-groups.ts" with { type: "macro" };

const GROUPS = groupsOf();

/** Reads them, and whatever files they speak of. */
export async function readParts(
  input: Parsed,
  request: RunRequest,
  caller: Caller,
): Promise<Parts & Partial<Pick<MadeInItsName, "id">>> {
  const used = new Set<string | undefined>();
  for (const [long] of input.ordered) used.add(GROUPS[long]);
  const privileged = input.has("privileged");
  const joinsUser = request.joins.some(({ kind }) => kind === "user");
  const made =
    used.has("limits") || used.has("network") || isKept(input)
      ? await (await import("./in-its-name.ts")).madeInItsName(input, { request, caller }, used)
      : undefined;
  const files = made?.network?.items ?? [];
  const filesInside = files.length > 0 && joinedMounts(request) !== undefined;
  const typed =
    used.has("mounts") || privileged || request.root === NO_TREE || filesInside
      ? await mountsOf(input, request, caller, privileged, files)
      : undefined;
  const found =
    used.has("identity") || joinsUser ? await identityOf(input, request, caller, typed) : undefined;
  return {
    ...made,
    identity: found,
    mounts: await planned(input, request, caller, { typed, files, privileged }, found),
    life: used.has("life") ? await lifeOf(input, request, caller) : undefined,
    security: used.has("security") ? await (await import("./security.ts")).readSecurity(input) : undefined,
    init: used.has("init")
      ? (await import("./init.ts")).readInit(input, request, chooseKinds(request, caller), caller)
      : undefined,
  };
}

async function lifeOf(input: Parsed, request: RunRequest, caller: Caller): Promise<LifePart> {
  const made = chooseKinds(request, caller);
  const { readLife } = await import("./life.ts");
  const life = readLife(input, [...made, ...request.joins.map(({ kind }) => kind)]);
  if (!input.has("ns-dir")) return life;
  const { nsDirBlock } = await import("./ns-dir.ts");
  return { ...life, outside: [...life.outside, nsDirBlock(input, request, made, caller)] };
}

/** ROOTFS that is none; a directory of that name is `./none`. */
const NO_TREE = "none";

const joinedMounts = ({ joins }: RunRequest) => joins.find(({ kind }) => kind === "mnt");

async function mountsOf(
  input: Parsed,
  request: RunRequest,
  caller: Caller,
  privileged: boolean,
  files: NetworkPart["items"],
): Promise<MountsRequest | undefined> {
  // Without mounts of the command's own nothing is masked.
  if (privileged && !chooseKinds(request, caller).includes("mnt") && !joinedMounts(request)) return undefined;
  const typed = await (await import("./mounts.ts")).readMounts(input, request.root, caller.bytes);
  // They lie over what the user mounts above them, and a file of the user's own at that very place stays.
  const free = files.filter(({ target }) => !typed.items.some((item) => item.target === target));
  const whole = { ...typed, items: [...typed.items, ...free] };
  return privileged ? { ...whole, unmask: ["ALL"] } : whole;
}

/** What is to be mounted: what was typed, the network's files included; or these alone. */
interface Mounts {
  readonly typed: MountsRequest | undefined;
  readonly files: NetworkPart["items"];
  readonly privileged: boolean;
}

async function planned(
  input: Parsed,
  request: RunRequest,
  caller: Caller,
  { typed, files, privileged }: Mounts,
  identity: Identity | undefined,
): Promise<MountPart | undefined> {
  if (typed === undefined && !identity?.idmapRoot) {
    if (files.length === 0) return undefined;
    return (await import("../../sandbox/mounts/file.ts")).filesAlone(files, input.has("quiet"));
  }
  const mounts = typed ?? (await mountsOf(input, request, caller, privileged, files));
  if (mounts === undefined) return undefined;
  const { planMounts } = await import("../../sandbox/mounts/index.ts");
  const own = ownKinds(chooseKinds(request, caller), request.joins);
  const copied = joinedMounts(request) !== undefined;
  return planMounts(mounts, {
    kinds: copied ? [...own, "mnt"] : own,
    uid: caller.uid,
    idmapRoot: identity?.idmapRoot === true,
    copied,
    quiet: input.has("quiet"),
  });
}

async function identityOf(
  input: Parsed,
  request: RunRequest,
  caller: Caller,
  mounts: MountsRequest | undefined,
): Promise<Identity> {
  const [{ readIdentity }, { lookUpIdentity }, { readerFor }] = await Promise.all([
    import("./identity.ts"),
    import("../../sandbox/identity/look-up.ts"),
    import("./accounts.ts"),
  ]);
  const kinds = chooseKinds(request, caller);
  const joined = request.joins.some(({ kind }) => kind === "user");
  return lookUpIdentity(readIdentity(input), {
    uid: caller.uid,
    gid: caller.gid,
    read: readerFor(request.root, mounts, joinedMounts(request)),
    mounts: kinds.includes("mnt"),
    userNamespace: joined ? "joined" : kinds.includes("user") ? "made" : "none",
  });
}
