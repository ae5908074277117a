import type { RunRequest } from "./request.ts";

/** What a run without any option asks for. */
export const PLAIN_REQUEST: Omit<RunRequest, "root" | "command"> = {
  named: [],
  share: [],
  joins: [],
  maps: false,
  hostname: undefined,
  boottime: undefined,
  monotonic: undefined,
  loopback: true,
  env: [],
  inheritEnv: false,
  cwd: undefined,
  preserve: [],
};
