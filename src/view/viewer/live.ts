/** The connection to `nsbox graph --serve`: server-sent events, read by fetch so that the token goes in a header. */
import type { Snapshot } from "../../ns/model.ts";
import { applied, type Patch } from "../live/patch.ts";

/** Who wants to know. */
export interface Listener {
  snapshot(snapshot: Snapshot): void;
  status(words: string, good: boolean): void;
}

const KEY = "nsbox-token";
const LONGEST_WAIT_MS = 10_000;

/** The token: from the address at first, which then loses it; from this tab's memory after a reload. */
export function takeToken(): string {
  const given = location.hash.slice(1);
  if (given !== "") {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname);
  }
  return given || (sessionStorage.getItem(KEY) ?? "");
}

/** Keeps the connection for as long as the page lives. */
export async function connect(token: string, listener: Listener): Promise<void> {
  for (let wait = 500; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      const headers = { Authorization: `Bearer ${token}` };
      const response = await fetch("events", { headers, cache: "no-store", credentials: "omit" });
      if (response.status === 401) {
        listener.status("no access: open the address that nsbox printed, with its token", false);
        return;
      }
      if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
      listener.status("live", true);
      wait = 500;
      await read(response.body, listener);
    } catch {
      // Said below: whatever the reason is, there is no connection.
    }
    listener.status("nsbox does not answer", false);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** Reads events until the stream ends. */
async function read(body: ReadableStream<Uint8Array>, listener: Listener): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let rest = "";
  let current: Snapshot | undefined;
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    const events = (rest + value).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      const name = fieldOf(event, "event: ");
      const data = fieldOf(event, "data: ");
      if (data === undefined) continue;
      if (name === "snapshot") current = JSON.parse(data) as Snapshot;
      else if (name === "patch" && current !== undefined)
        current = applied(current, JSON.parse(data) as Patch);
      else continue;
      listener.snapshot(current);
    }
  }
}

/** The value of a field. Lines end with "\n" alone: what else ends lines for a pattern may be in a name. */
const fieldOf = (event: string, label: string): string | undefined =>
  event
    .split("\n")
    .find((line) => line.startsWith(label))
    ?.slice(label.length);
