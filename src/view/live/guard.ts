/**
 * Who may ask `nsbox graph --serve`: the page itself, on this machine, with the token. Against other sites in
 * the same browser (Host, Origin, Sec-Fetch-Site) and against other users of the machine (the token).
 */

/** What every answer says, whatever it is. */
export const HEADERS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/** An answer without content but its words. */
export const refusal = (
  status: number,
  words: string,
  more: Readonly<Record<string, string>> = {},
): Response =>
  new Response(`${words}\n`, { status, headers: { ...HEADERS, "Content-Type": "text/plain", ...more } });

/** A name that no DNS server answers for: a site cannot be bound to it anew. */
const IP_LITERAL = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i;

/** The Host header without its port: through a tunnel that is another. */
const nameIn = (host: string): string => host.replace(/:\d+$/, "");

/**
 * What is wrong with where `request` comes from; undefined where nothing is. `address` is what is listened
 * on, as it stands in a URL.
 */
export function refuse(request: Request, address: string): Response | undefined {
  if (request.method !== "GET") return refusal(405, "Only GET", { Allow: "GET" });
  const host = request.headers.get("host") ?? "";
  const name = nameIn(host);
  const isAny = address === "0.0.0.0" || address === "[::]";
  const isLocal = name === "localhost" || name === "127.0.0.1" || name === "[::1]";
  if (!isLocal && name !== address && !(isAny && IP_LITERAL.test(name)))
    return refusal(403, "Not for this host");
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== `http://${host}`) return refusal(403, "Not for this origin");
  return undefined;
}

/** Whether a page of another site asks, as the browser says it: a page may be gone to, but data are not given. */
export function isForeign(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  return site !== null && site !== "same-origin" && site !== "none";
}

const digest = (text: string): Uint8Array => new Bun.CryptoHasher("sha256").update(text).digest();

/** Whether `request` brings `token`. Takes as long for a wrong one as for the right one. */
export function hasToken(request: Request, token: string): boolean {
  const given = digest(request.headers.get("authorization") ?? "");
  const wanted = digest(`Bearer ${token}`);
  let differing = 0;
  for (let at = 0; at < wanted.length; at++) differing |= given[at]! ^ wanted[at]!;
  return differing === 0;
}

/** A token that nobody guesses: 256 bits. */
export const newToken = (): string =>
  crypto.getRandomValues(new Uint8Array(32)).toBase64({ alphabet: "base64url", omitPadding: true });
