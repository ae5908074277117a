/** Every way by which a file comes to a library. */
import type { Edge } from "../../../rootfs-tools/load/load.ts";
import type { Loaded } from "../../../rootfs-tools/load/loader.ts";
import type { Resolution } from "../../../rootfs-tools/prove/resolution.ts";

/** From the file to the library, one object after the other. */
export interface Chain {
  readonly steps: readonly {
    readonly name: string;
    readonly path: string | undefined;
    readonly rule: string;
  }[];
}

/** The ways through a net of libraries grow without bounds: so many are enough to see why. */
export const MOST_CHAINS = 1000;
const MOST_STEPS = 200_000;

/**
 * The chains from the file to whatever goes by `wanted`: a name that is needed, a soname, or a path. A missing
 * library has chains too. At most `MOST_CHAINS`.
 */
export function chainsTo(wanted: string, { loadings }: Resolution): Chain[] {
  const chains: Chain[] = [];
  for (const { program, edges, missing } of loadings) {
    const needs = new Map<Loaded, (Edge | Gap)[]>();
    const gaps = missing.map(({ by, name }): Gap => ({ by, name, rule: "not found" }));
    for (const edge of [...edges, ...gaps]) needs.set(edge.by, [...(needs.get(edge.by) ?? []), edge]);
    const rules = new Map(
      edges.filter(({ rule }) => rule !== LOADED).map(({ object, rule }) => [object, rule]),
    );
    const ruleOf = (edge: Edge | Gap) => (isEdge(edge) ? (rules.get(edge.object) ?? edge.rule) : edge.rule);
    const leading = leadingTo(edges, gaps, (edge) => goesBy(wanted, edge));
    let left = MOST_STEPS;
    const walk = (object: Loaded, path: readonly (Edge | Gap)[], seen: ReadonlySet<Loaded>): void => {
      for (const edge of needs.get(object) ?? []) {
        if (chains.length >= MOST_CHAINS || --left < 0) return;
        const way = [...path, edge];
        if (goesBy(wanted, edge)) {
          chains.push({
            steps: way.map((step) => ({
              name: step.name,
              path: isEdge(step) ? step.object.path : undefined,
              rule: ruleOf(step),
            })),
          });
        } else if (isEdge(edge) && leading.has(edge.object) && !seen.has(edge.object)) {
          walk(edge.object, way, new Set([...seen, edge.object]));
        }
      }
    };
    walk(program, [], new Set([program]));
  }
  return chains;
}

const LOADED = "already loaded";

/** A need that nothing was found for. */
interface Gap {
  readonly by: Loaded;
  readonly name: string;
  readonly rule: string;
}

const isEdge = (need: Edge | Gap): need is Edge => "object" in need;

function goesBy(wanted: string, edge: Edge | Gap): boolean {
  if (edge.name === wanted) return true;
  if (!isEdge(edge)) return false;
  const { path, file, elf } = edge.object;
  return [path, file.walk.path, elf.soname].includes(wanted) || path.endsWith(`/${wanted}`);
}

/** The objects from which a way leads to what is wanted. */
function leadingTo(
  edges: readonly Edge[],
  gaps: readonly Gap[],
  isWanted: (edge: Edge | Gap) => boolean,
): Set<Loaded> {
  const above = new Map<Loaded, Loaded[]>();
  for (const { by, object } of edges) above.set(object, [...(above.get(object) ?? []), by]);
  const pending = [...edges, ...gaps].filter(isWanted).map(({ by }) => by);
  const found = new Set(pending);
  for (let object = pending.pop(); object !== undefined; object = pending.pop()) {
    for (const by of above.get(object) ?? []) {
      if (found.has(by)) continue;
      found.add(by);
      pending.push(by);
    }
  }
  return found;
}

/** The chains as text: each begins at the file itself. */
export function chainLines(resolution: Resolution, chains: readonly Chain[]): string[] {
  const lines = chains.flatMap(({ steps }) => [
    resolution.path,
    ...steps.map(
      ({ name, path, rule }, index) =>
        `${"    ".repeat(index)}└── ${name} => ${path === undefined ? rule : `${path} [${rule}]`}`,
    ),
  ]);
  if (chains.length === MOST_CHAINS) lines.push(`… and more: only ${MOST_CHAINS} ways are listed`);
  return lines;
}
