/** Which devices of which network namespaces hang together: pure data. */

/** One device. */
export interface Device {
  readonly index: number;
  readonly name: string;
  /** `bridge`, `veth`, `macvlan`, …; null for hardware and lo. */
  readonly kind: string | null;
  readonly up: boolean;
  readonly mtu: number;
  readonly mac: string | null;
  /** The number of the bridge, or the like, that it is a port of. */
  readonly master: number | null;
  /** ADDRESS/LENGTH. */
  readonly addresses: readonly string[];
  /** The other end of a pair, the parent of a macvlan. `netns` null: it is in one that could not be read. */
  readonly peer: { readonly netns: number | null; readonly index: number } | null;
}

/** One network namespace. */
export interface NetworkView {
  /** The inode number. */
  readonly id: number;
  /** Why it could not be read; null where it was. */
  readonly error: string | null;
  readonly devices: readonly Device[];
}

/** Two ends of a cable, or a device and that over which it is, each once. */
export interface Pair {
  readonly from: { readonly netns: number; readonly index: number };
  readonly to: { readonly netns: number; readonly index: number };
}

/** The pairs in `views`: of a cable the end in the first view comes first, of anything else the parent. */
export function pairsOf(views: readonly NetworkView[]): Pair[] {
  const order = new Map(views.map(({ id }, index) => [id, index]));
  const rank = (netns: number, index: number) => (order.get(netns) ?? 0) * 2 ** 32 + index;
  return views.flatMap(({ id, devices }) =>
    devices.flatMap(({ index, peer, kind }): Pair[] => {
      if (peer === null || peer.netns === null || !order.has(peer.netns)) return [];
      const [own, other] = [
        { netns: id, index },
        { netns: peer.netns, index: peer.index },
      ];
      if (kind !== "veth") return [{ from: other, to: own }];
      return rank(id, index) < rank(peer.netns, peer.index) ? [{ from: own, to: other }] : [];
    }),
  );
}
