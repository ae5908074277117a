/** The server of `nsbox graph --serve`: one page, one stream, nothing that writes. */
import type { Snapshot } from "../../ns/model.ts";
import { livePage, type PageData } from "../page/page.ts";
import { Feed } from "./feed.ts";
import { HEADERS, hasToken, isForeign, newToken, refusal, refuse } from "./guard.ts";

/** More at once are refused. */
const MOST_CLIENTS = 32;

/** Where to listen: an IP address, and a port; 0 is any that is free. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A server that runs. */
export interface Live {
  /** Where the page is, token included. */
  readonly url: string;
  /** Ends every connection and the server. */
  stop(): Promise<void>;
}

/** What a server needs. */
export interface Serving {
  readonly address: Address;
  readonly page: PageData;
  look(): Snapshot;
  /** Told of a look that failed. */
  failed(error: unknown): void;
}

/**
 * Serves the page and what it shows.
 * @throws Error with a `code`, such as EADDRINUSE, where the address cannot be listened on.
 */
export function serve({ address, page, look, failed }: Serving): Live {
  const token = newToken();
  const feed = new Feed(look, failed);
  const { html, policy } = livePage(page);
  const place = address.host.includes(":") ? `[${address.host}]` : address.host;
  const answer = (request: Request): Response => {
    const refused = refuse(request, place);
    if (refused !== undefined) return refused;
    const { pathname } = new URL(request.url);
    if (pathname === "/") {
      const headers = {
        ...HEADERS,
        "Content-Security-Policy": policy,
        "Content-Type": "text/html; charset=utf-8",
      };
      return new Response(html, { headers });
    }
    if (pathname !== "/events") return refusal(404, "Nothing is here");
    if (isForeign(request)) return refusal(403, "Not for other sites");
    if (!hasToken(request, token))
      return refusal(401, "The token is wrong", { "WWW-Authenticate": "Bearer" });
    if (feed.size >= MOST_CLIENTS) return refusal(503, "Too many look at this already");
    return new Response(feed.connect(request.signal), {
      headers: { ...HEADERS, "Content-Type": "text/event-stream" },
    });
  };
  const server = Bun.serve({
    hostname: address.host,
    port: address.port,
    // Otherwise a second nsbox would listen on the same port, and each would get half of what is asked.
    reusePort: false,
    idleTimeout: 60,
    maxRequestBodySize: 0,
    development: false,
    fetch: answer,
    error: () => refusal(500, "This failed"),
  });
  return {
    url: `http://${place}:${server.port}/#${token}`,
    stop: async () => {
      feed.close();
      await server.stop(true);
    },
  };
}
