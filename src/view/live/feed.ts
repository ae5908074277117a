/**
 * Looks at the machine every second while somebody is connected, and only then, and tells everybody what
 * differs. Whoever reads too slowly gets no queue: what it missed is replaced by a whole snapshot.
 */
import type { Snapshot } from "../../ns/model.ts";
import { Differ } from "./patch.ts";

const INTERVAL_MS = 1000;
/** Looking takes at most this part of the time. */
const SHARE = 0.25;
/** A sign of life that often, so that dropped connections are noticed. */
const QUIET_MS = 10_000;

interface Client {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** It missed something. */
  stale: boolean;
  heard: number;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const event = (name: string, value: unknown): Uint8Array =>
  encode(`event: ${name}\ndata: ${JSON.stringify(value)}\n\n`);

/** The feed of one machine. */
export class Feed {
  readonly #look: () => Snapshot;
  readonly #failed: (error: unknown) => void;
  readonly #clients = new Set<Client>();
  readonly #differ = new Differ();
  #snapshot: Snapshot | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = INTERVAL_MS;

  /** `look` takes a snapshot; where it throws, `failed` is told and the next look may do better. */
  constructor(look: () => Snapshot, failed: (error: unknown) => void) {
    this.#look = look;
    this.#failed = failed;
  }

  /** How many are connected. */
  get size(): number {
    return this.#clients.size;
  }

  /** A stream of server-sent events, until `gone`: the snapshot, then what differs. */
  connect(gone: AbortSignal): ReadableStream<Uint8Array> {
    let client: Client;
    gone.addEventListener("abort", () => this.#drop(client));
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          client = { controller, stale: true, heard: Date.now() };
          if (this.#clients.size === 0) this.#tick();
          this.#clients.add(client);
        },
        pull: () => {
          if (client.stale && this.#snapshot !== undefined)
            this.#send(client, event("snapshot", this.#snapshot), false);
        },
        cancel: () => this.#drop(client),
      },
      { highWaterMark: 1 },
    );
  }

  /** Ends all streams. */
  close(): void {
    clearTimeout(this.#timer);
    for (const client of this.#clients) {
      this.#drop(client);
      client.controller.close();
    }
  }

  #drop(client: Client): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) clearTimeout(this.#timer);
  }

  #send(client: Client, bytes: Uint8Array, stale: boolean): void {
    try {
      client.controller.enqueue(bytes);
      client.stale = stale;
      client.heard = Date.now();
    } catch {
      this.#drop(client);
    }
  }

  #tick(): void {
    clearTimeout(this.#timer);
    const begun = performance.now();
    try {
      const snapshot = this.#look();
      const patch = this.#differ.next(snapshot);
      this.#snapshot = snapshot;
      if (patch !== undefined) this.#tell(event("patch", patch));
    } catch (error) {
      this.#failed(error);
    }
    const now = Date.now();
    for (const client of this.#clients) {
      const isFree = (client.controller.desiredSize ?? 0) > 0;
      if (isFree && client.stale && this.#snapshot !== undefined) {
        this.#send(client, event("snapshot", this.#snapshot), false);
      } else if (isFree && now - client.heard > QUIET_MS)
        this.#send(client, encode(": still here\n\n"), false);
    }
    this.#wait = Math.max(INTERVAL_MS, (performance.now() - begun) / SHARE);
    this.#timer = setTimeout(() => this.#tick(), this.#wait);
  }

  #tell(bytes: Uint8Array): void {
    for (const client of this.#clients) {
      if (client.stale) continue;
      if ((client.controller.desiredSize ?? 0) > 0) this.#send(client, bytes, false);
      else client.stale = true;
    }
  }
}
