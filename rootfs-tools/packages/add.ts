import type { Collector } from "../collect/collector.ts";
/** Stub. */
export function addPackages(_collector: Collector, _options: object): void {}
