/** Rules on devices, in words as v1 has them: `c 1:3 rwm`. See the kernel's admin-guide/cgroup-v1/devices. */
import { UsageError } from "../util/errors.ts";
import { ACCESS, DEVICE_TYPE, type DeviceTest, deviceProgram } from "./bpf.ts";

/** One rule. */
export interface DeviceRule {
  readonly allow: boolean;
  readonly type: "a" | "b" | "c";
  /** Undefined: every one. */
  readonly major: number | undefined;
  readonly minor: number | undefined;
  /** Of `r`, `w` and `m`, in this order. */
  readonly access: string;
}

const EXAMPLE = '--device-rule "c 1:3 rwm"';
const LETTERS = { r: ACCESS.read, w: ACCESS.write, m: ACCESS.mknod } as const;
/** The kernel's own bounds, see MINORBITS. */
const [MOST_MAJOR, MOST_MINOR] = [4095, 1_048_575];

const ordered = (access: string): string =>
  ["r", "w", "m"].filter((letter) => access.includes(letter)).join("");

/** One `--device-rule`. @throws UsageError where it is none. */
export function readDeviceRule(text: string): DeviceRule {
  const bad = (why: string) => new UsageError(`Invalid "--device-rule ${text}": ${why}`, EXAMPLE);
  const [, verb, type, rest] = /^(?:(allow|deny)\s+)?([abc])(?:\s+(.*))?$/.exec(text.trim()) ?? [];
  if (type === undefined) throw bad('it takes "[deny] TYPE MAJOR:MINOR ACCESS", and TYPE is a, b or c');
  const allow = verb !== "deny";
  if (type === "a" && rest === undefined) {
    return { allow, type, major: undefined, minor: undefined, access: "rwm" };
  }
  const [, major, minor, access] = /^(\*|\d{1,8}):(\*|\d{1,8})(?:\s+([rwm]{1,3}))?$/.exec(rest ?? "") ?? [];
  if (major === undefined || minor === undefined) {
    throw bad("behind the type come MAJOR:MINOR, each a number or *, and of rwm what it is about");
  }
  const number = (word: string, most: number) => {
    if (word === "*") return undefined;
    if (Number(word) > most) throw bad(`${word} is more than ${most}`);
    return Number(word);
  };
  if (type === "a" && (major !== "*" || minor !== "*"))
    throw bad('"a" is every device: a number takes "b" or "c"');
  return {
    allow,
    type: type as DeviceRule["type"],
    major: number(major, MOST_MAJOR),
    minor: number(minor, MOST_MINOR),
    access: ordered(access ?? "rwm"),
  };
}

const rule = (
  type: "b" | "c",
  major: number | undefined,
  minor: number | undefined,
  access = "rwm",
): DeviceRule => ({
  allow: true,
  type,
  major,
  minor,
  access,
});

/**
 * What is always there: nodes may be made, those of /dev that nsbox makes may be used, and terminals. (A node that
 * may not be opened is no way to a device.)
 */
export const USUAL_DEVICES: readonly DeviceRule[] = [
  rule("b", undefined, undefined, "m"),
  rule("c", undefined, undefined, "m"),
  rule("c", 1, 3),
  rule("c", 1, 5),
  rule("c", 1, 7),
  rule("c", 1, 8),
  rule("c", 1, 9),
  rule("c", 5, 0),
  rule("c", 5, 1),
  rule("c", 5, 2),
  rule("c", 136, undefined),
];

/** The rule as v1 takes it. */
export const ruleText = ({ type, major, minor, access }: DeviceRule): string =>
  type === "a" ? "a" : `${type} ${major ?? "*"}:${minor ?? "*"} ${access}`;

const sameDevices = (a: DeviceRule, b: DeviceRule): boolean =>
  a.type === b.type && a.major === b.major && a.minor === b.minor;

/** Rules that allow the same devices one after the other are one: reading and writing are asked for at once. */
function joined(rules: readonly DeviceRule[]): DeviceRule[] {
  const result: DeviceRule[] = [];
  for (const each of rules) {
    // A refusal in between stands in the way.
    const since = result.slice(result.findLastIndex(({ allow }) => !allow) + 1);
    const same = each.allow ? since.find((other) => sameDevices(other, each)) : undefined;
    if (same === undefined) result.push(each);
    else result[result.indexOf(same)] = { ...same, access: ordered(same.access + each.access) };
  }
  return result;
}

/** The program that holds to the rules, of which the last that fits decides: for v2. */
export function programOf(rules: readonly DeviceRule[]): Uint8Array {
  const tests = joined(rules).map(
    ({ allow, type, major, minor, access }): DeviceTest => ({
      allow,
      type: type === "a" ? undefined : type === "b" ? DEVICE_TYPE.block : DEVICE_TYPE.character,
      major,
      minor,
      access: [...access].reduce((sum, letter) => sum | LETTERS[letter as keyof typeof LETTERS], 0),
    }),
  );
  return deviceProgram(tests);
}

/** Both may be about the same device. */
const overlap = (a: DeviceRule, b: DeviceRule): boolean =>
  (a.type === "a" || b.type === "a" || a.type === b.type) &&
  (a.major === undefined || b.major === undefined || a.major === b.major) &&
  (a.minor === undefined || b.minor === undefined || a.minor === b.minor) &&
  [...a.access].some((letter) => b.access.includes(letter));

const isEverything = ({ type, access }: DeviceRule): boolean => type === "a" && access === "rwm";

/**
 * What is written to v1's devices.deny and devices.allow, in this order. The kernel holds a default and exceptions
 * to it: a refusal that cuts a part out of what is allowed by * has no place there.
 * @throws UsageError where there is such a one.
 */
export function writesV1(
  rules: readonly DeviceRule[],
): { file: "devices.allow" | "devices.deny"; value: string }[] {
  const writes: { file: "devices.allow" | "devices.deny"; value: string }[] = [
    { file: "devices.deny", value: "a" },
  ];
  let open = false;
  let exceptions: DeviceRule[] = [];
  for (const each of joined(rules)) {
    const file = each.allow ? "devices.allow" : "devices.deny";
    if (isEverything(each)) {
      open = each.allow;
      exceptions = [];
    } else if (each.allow === open) {
      const cut = exceptions.find((other) => overlap(other, each) && !sameDevices(other, each));
      if (cut !== undefined) {
        throw new UsageError(
          `"${each.allow ? "allow" : "deny"} ${ruleText(each)}" cannot take a part out of "${ruleText(cut)}" with cgroup v1`,
          "v1 takes back a rule as a whole; what no rule allows is refused anyway, nodes may be made but not opened",
        );
      }
    } else exceptions.push(each);
    writes.push({ file, value: ruleText(each) });
  }
  return writes;
}
