/** The value of `--serve`: where to listen. */
import { isIP } from "node:net";
import { UsageError } from "../../util/errors.ts";
import type { Address } from "../../view/live/serve.ts";

const LOOPBACK = "127.0.0.1";
const LAST_PORT = 65535;

const mistake = (text: string) =>
  new UsageError(
    `Option "--serve" does not know "${text}"`,
    "It takes PORT, ADDRESS or ADDRESS:PORT: 8080, 127.0.0.1:8080, [::1]:8080",
  );

/**
 * Reads ADDRESS, PORT or both; without an address 127.0.0.1, without a port any.
 * @throws UsageError where it is neither.
 */
export function readAddress(text: string | undefined): Address {
  if (text === undefined) return { host: LOOPBACK, port: 0 };
  if (isIP(text) !== 0) return { host: text, port: 0 };
  const found = /^(?:(\[[^\]]*\]|[^:]*):)?(\d{1,5})$/.exec(text) ?? /^(\[[^\]]*\]|localhost)()$/.exec(text);
  if (found === null) throw mistake(text);
  const [, name = "", digits = ""] = found;
  const host = name === "" || name === "localhost" ? LOOPBACK : name.replace(/^\[|\]$/g, "");
  const port = Number(digits);
  if (isIP(host) === 0 || port > LAST_PORT) throw mistake(text);
  return { host, port };
}

/** Whether only this machine reaches it. */
export const isLoopback = ({ host }: Address): boolean => /^127\.|^::1$/.test(host);
