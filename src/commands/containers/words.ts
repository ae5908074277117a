/** A container's state in words and as JSON. */
import type { Container } from "../../runtime/containers/settle.ts";
import type { Status } from "../../runtime/containers/status.ts";

const SIGKILL = 9;
const NANOSECONDS = 1_000_000n;

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

/** `5 minutes`: a span of time in milliseconds by its largest unit. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? UNITS[3];
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

const since = (nanoseconds: bigint, now: number): string => span(now - Number(nanoseconds / NANOSECONDS));

/** Its command does not run yet: for the first time, or once more after its end. */
export const isStarting = ({ state, status }: Status): boolean =>
  state === "created" || (state === "restarting" && status < 0);

/** `running 5 minutes`, `paused 5 minutes` (it was started that long ago), `exited (3) 2 minutes ago`. */
export function stateWords({ status }: Container, now = Date.now(), paused = false): string {
  if (status === undefined) return "starting";
  const { state, started, ended } = status;
  const ago = ended === 0n ? "" : ` ${since(ended, now)} ago`;
  if (isStarting(status)) return "starting";
  if (state === "running") return `${paused ? "paused" : "running"} ${since(started, now)}`;
  if (state === "restarting") return `restarting (${status.status})${ago}`;
  if (status.step > 0) return `failed${ago}`;
  if (status.lost) return `lost${ago}`;
  const why = status.signal === SIGKILL && status.oom > 0 ? ", out of memory" : "";
  return `exited (${status.status}${why})${ago}`;
}

/** A time of the status as ISO 8601 to the nanosecond; null for not yet. */
export function isoTime(nanoseconds: bigint): string | null {
  if (nanoseconds <= 0n) return null;
  const date = new Date(Number(nanoseconds / NANOSECONDS));
  if (Number.isNaN(date.getTime())) return null;
  return date.toISOString().replace("Z", `${String(nanoseconds % NANOSECONDS).padStart(6, "0")}Z`);
}

/** The status for programs. A PID that there is none of, and a status that is none yet, are null. */
export function statusJson(status: Status | undefined, paused = false) {
  if (status === undefined) return { state: "starting" };
  const pidOf = ({ pid }: { readonly pid: number }) => pid || null;
  return {
    state: paused ? "paused" : status.state,
    pid: pidOf(status.pid),
    monitor: pidOf(status.monitor),
    supervisor: pidOf(status.supervisor),
    started: isoTime(status.started),
    ended: isoTime(status.ended),
    exitStatus: status.status < 0 ? null : status.status,
    signal: status.signal || null,
    restarts: status.restarts,
    oom: status.oom,
    lost: status.lost,
  };
}
