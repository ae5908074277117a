/** Where nsbox keeps what outlives a process of its own: records of mount points, containers. */
import type { Caller } from "./request.ts";

/** A longer one cannot be that of a session, and would not fit into a path. */
const LONGEST_SESSION = 1024;

/**
 * Root's own; the session's, if it is an absolute path; and where that cannot be had, one in /tmp that nobody
 * else can write to.
 */
export function stateDirectories({ uid, env }: Pick<Caller, "uid" | "env">): {
  state: string;
  otherwise: string;
} {
  const otherwise = `/tmp/nsbox-${uid}`;
  if (uid === 0) return { state: "/run/nsbox", otherwise };
  const session = env["XDG_RUNTIME_DIR"];
  const usable = session?.startsWith("/") && session.length < LONGEST_SESSION;
  return { state: usable ? `${session}/nsbox` : otherwise, otherwise };
}
