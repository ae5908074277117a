/**
 * Memory and swap: v1 limits both together, v2 swap alone. What is asked for is the sum, as other engines have
 * it; where nothing is said and swap is counted, as much again as memory.
 */
import type { LimitsRequest } from "./request.ts";
import { bytesV1, bytesV2, type Write } from "./spelling.ts";

const BOTH_V1 = "memory.memsw.limit_in_bytes";
const SWAP_V2 = "memory.swap.max";

/** `usual` is written too, unless swap has a limit of its own: v1 lets memory have none only where both have none. */
const withSwap = ({ memorySwap }: LimitsRequest, write: Write, usual: Write): readonly Write[] =>
  memorySwap !== undefined ? [write] : [write, { ...usual, absent: "fine" }];

/** `--memory` in v1. */
export function memoryV1(request: LimitsRequest): readonly Write[] {
  const { memory } = request;
  if (memory === undefined) return [];
  return withSwap(request, bytesV1("memory.limit_in_bytes", memory), bytesV1(BOTH_V1, 2 * memory));
}

/** `--memory` in v2. */
export function memoryV2(request: LimitsRequest): readonly Write[] {
  const { memory } = request;
  if (memory === undefined) return [];
  return withSwap(request, bytesV2("memory.max", memory), bytesV2(SWAP_V2, memory));
}

/** `--memory-swap` in v1. */
export const swapV1 = ({ memorySwap }: LimitsRequest): readonly Write[] =>
  memorySwap === undefined ? [] : [bytesV1(BOTH_V1, memorySwap)];

/** `--memory-swap` in v2. */
export const swapV2 = ({ memory, memorySwap }: LimitsRequest): readonly Write[] =>
  memory === undefined || memorySwap === undefined
    ? []
    : [bytesV2(SWAP_V2, memorySwap === Infinity ? Infinity : memorySwap - memory)];
