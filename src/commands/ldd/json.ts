/** What is loaded, as JSON. */
import type { Resolution } from "../../../rootfs-tools/prove/resolution.ts";

/** One file: its libraries in the loader's order, who needs whom, and what is missing. */
export function toJson({ argument, path, real, kind, machine, interpreters, loadings }: Resolution) {
  return {
    argument,
    path,
    real,
    kind,
    machine: machine ?? null,
    interpreters,
    libraries: loadings.flatMap(({ libraries, edges }) => {
      const first = new Map(
        edges.filter(({ rule }) => rule !== "already loaded").map((edge) => [edge.object, edge]),
      );
      return libraries.map((object) => {
        const edge = first.get(object);
        return {
          name: edge?.name ?? null,
          path: object.path,
          real: object.file.walk.path,
          by: edge?.by.path ?? null,
          rule: edge?.rule ?? null,
        };
      });
    }),
    needs: loadings.flatMap(({ edges }) =>
      edges.map(({ by, name, object, rule }) => ({ by: by.path, name, path: object.path, rule })),
    ),
    missing: loadings.flatMap(({ missing }) =>
      missing.map(({ name, by, tried }) => ({ name, by: by.path, searched: tried })),
    ),
  };
}
