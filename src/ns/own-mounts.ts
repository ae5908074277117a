/** The caller's own mount table. Apart from the parser, which a start with limits uses without node:fs. */
import { readFileSync } from "node:fs";
import type { Mount } from "./model.ts";
import { parseMountinfo } from "./mountinfo.ts";

/** The mounts of this process. @throws Error where there is no /proc. */
export const ownMounts = (): Mount[] => parseMountinfo(readFileSync("/proc/self/mountinfo", "utf8"));
