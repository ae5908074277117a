/** Networks that a container may be put on later, by `nsbox net connect`, and is then on in its later lives too. */
import { block } from "../../plan/block.ts";
import { statePath } from "../../runtime/containers/place.ts";
import { alsoIn } from "../../runtime/networks/also.ts";
import { chooseKinds } from "../../sandbox/namespaces.ts";
import type { NetworkPart } from "../../sandbox/network/part.ts";
import type { RunFacts } from "./limits.ts";

const NOTHING: NetworkPart = { before: [], outside: [], inside: [], items: [] };

/** The part with that for a container that is kept; only root's, with a network of its own, can be put on any. */
export function withAlso(
  part: NetworkPart | undefined,
  { request, caller, id }: RunFacts,
): NetworkPart | undefined {
  if (caller.uid !== 0 || !chooseKinds(request, caller).includes("net")) return part;
  const { outside, ...rest } = part ?? NOTHING;
  const also = block({
    op: "also_networks",
    file: alsoIn(`${statePath()}/containers/${id}`),
    owner: `owner ${id}`,
  });
  return { ...rest, outside: [...outside, also] };
}
