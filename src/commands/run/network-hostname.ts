/** The host name of a command on a network. */
import type { Parsed } from "../../cli/command.ts";
import type { RunRequest } from "../../sandbox/request.ts";

/** What gethostname(2) can tell, as `nsbox run -u` takes it. */
const HOSTNAME = /^[A-Za-z0-9.-]{1,64}$/;

/** That which was asked for, else the container's name, else its id. */
export const hostnameFor = (input: Parsed, request: RunRequest, id: string): string | undefined =>
  request.hostname ?? [input.value("name"), id].find((word) => word !== undefined && HOSTNAME.test(word));
