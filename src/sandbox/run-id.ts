/**
 * An id for a run, and for the container that it becomes where it is kept: 12 hexadecimal digits. The first is
 * none of 0–9, so that no beginning of an id reads as a PID.
 */
export function newRunId(): string {
  const id = crypto.getRandomValues(new Uint8Array(6)).toHex();
  return "abcdef"[Number.parseInt(id[0]!, 16) % 6] + id.slice(1);
}
