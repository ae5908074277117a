/** The families of options that most runs do without: each is loaded where one of its options was given. */
import type { Parsed } from "../cli/command.ts";
import { chooseKinds } from "../sandbox/namespaces.ts";
import type { Parts } from "../sandbox/plan-run.ts";
import type { Caller, RunRequest } from "../sandbox/request.ts";
import { groupsOf } from "./option-groups.ts" with { type: "macro" };

const GROUPS = groupsOf();

/** Reads them, and whatever files they speak of. */
export async function readParts(input: Parsed, request: RunRequest, caller: Caller): Promise<Parts> {
  const used = new Set<string | undefined>();
  for (const [long] of input.ordered) used.add(GROUPS[long]);
  const joinsUser = request.joins.some(({ kind }) => kind === "user");
  return {
    identity: used.has("identity") || joinsUser ? await identity(input, request, caller) : undefined,
    security: used.has("security") ? (await import("./run-security.ts")).readSecurity(input) : undefined,
  };
}

async function identity(input: Parsed, request: RunRequest, caller: Caller): Promise<Parts["identity"]> {
  const [{ readIdentity }, { lookUpIdentity }] = await Promise.all([
    import("./run-identity.ts"),
    import("../sandbox/identity/look-up.ts"),
  ]);
  const kinds = chooseKinds(request, caller);
  const joined = request.joins.some(({ kind }) => kind === "user");
  return lookUpIdentity(readIdentity(input), {
    uid: caller.uid,
    gid: caller.gid,
    root: request.root,
    userNamespace: joined ? "joined" : kinds.includes("user") ? "made" : "none",
  });
}
