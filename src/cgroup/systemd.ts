/**
 * A scope of systemd's for a run: a group that it makes, knows by name and takes away, and whose inside is left to
 * nsbox. See systemd.scope(5), org.freedesktop.systemd1(5).
 */
import { type Encoded, encodeCall, type MethodCall, type Value } from "../sys/dbus.ts";

/** What a scope is made of. */
export interface Scope {
  /** `nsbox-ID.scope`. */
  readonly unit: string;
  readonly description: string;
  /** `system.slice`. */
  readonly slice: string;
}

/** The serial number of the one call whose answer counts. */
export const CALL_SERIAL = 4;

const DESTINATION = "org.freedesktop.systemd1";
const SYSTEMD = {
  destination: DESTINATION,
  path: "/org/freedesktop/systemd1",
  interface: "org.freedesktop.systemd1.Manager",
} as const;
const BUS = {
  destination: "org.freedesktop.DBus",
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
} as const;

/**
 * StartTransientUnit. The number to come, `self`, is that of the monitor, who stays in the scope until it has seen
 * how the command ended.
 */
export function startScope({ unit, description, slice }: Scope): Encoded {
  const property = (name: string, signature: string, value: Value): Value => [name, { signature, value }];
  return encodeCall({
    ...SYSTEMD,
    serial: CALL_SERIAL,
    member: "StartTransientUnit",
    signature: "ssa(sv)a(sa(sv))",
    values: [
      unit,
      "fail",
      [
        property("Description", "s", description),
        property("Slice", "s", slice),
        property("Delegate", "b", true),
        // One whose command died for want of memory has failed, and would stay until somebody asked for it.
        property("CollectMode", "s", "inactive-or-failed"),
        property("PIDs", "au", [{ later: "self" }]),
      ],
      [],
    ],
  });
}

/** AttachProcessesToUnit: puts `self` into a group below that of the scope, which may not be within reach of its user. */
export const attachToScope = (unit: string, below: string): Encoded =>
  encodeCall({
    ...SYSTEMD,
    serial: CALL_SERIAL,
    member: "AttachProcessesToUnit",
    signature: "ssau",
    values: [unit, below, [{ later: "self" }]],
  });

/** What a message bus wants first; systemd's own socket does not. */
export function busGreeting(): Uint8Array {
  const calls: readonly MethodCall[] = [
    { ...BUS, serial: 1, member: "Hello", signature: "", values: [] },
    {
      ...BUS,
      serial: 2,
      member: "AddMatch",
      signature: "s",
      values: [`type='signal',sender='${DESTINATION}',interface='${SYSTEMD.interface}'`],
    },
    { ...SYSTEMD, serial: 3, member: "Subscribe", signature: "", values: [] },
  ];
  return new Uint8Array(calls.flatMap((call) => [...encodeCall(call).bytes]));
}

/** Letters, digits and `:_.-` only, no `--`, no dash at an end; `-.slice` is the root. See systemd.slice(5). */
export const isSlice = (word: string): boolean =>
  word === "-.slice" || (/^[A-Za-z0-9:_.@\\]+(-[A-Za-z0-9:_.@\\]+)*\.slice$/.test(word) && word.length < 256);

/** Where a slice's group is below its manager's: `a-b.slice` is in `a.slice`. */
export function groupOfSlice(slice: string): string {
  if (slice === "-.slice") return "";
  const parts = slice.slice(0, -".slice".length).split("-");
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("-")}.slice`).join("");
}
