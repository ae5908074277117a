/** `--device-rule`, and what `--device` hands on: that is allowed too. */
import { type DeviceRule, readDeviceRule } from "../../cgroup/devices.ts";
import type { Parsed } from "../../cli/command.ts";
import { statOf } from "../../sys/files.ts";
import { split } from "./colons.ts";

const [TYPE, CHARACTER, BLOCK] = [0o170000, 0o020000, 0o060000];

/** The rules; none where none was given. @throws UsageError where one is none. */
export function readDeviceRules(input: Parsed): DeviceRule[] {
  const typed = input.values("device-rule").map(readDeviceRule);
  return typed.length === 0 ? [] : [...input.values("device").flatMap(handedOn), ...typed];
}

/** A device that is handed on; the nodes of a directory take rules of their own. */
function handedOn(value: string): DeviceRule[] {
  const [path = ""] = split(value, ":");
  const stat = statOf(path);
  const type = (stat?.mode ?? 0) & TYPE;
  if (stat === undefined || (type !== CHARACTER && type !== BLOCK)) return [];
  return [
    { allow: true, type: type === BLOCK ? "b" : "c", major: stat.major, minor: stat.minor, access: "rwm" },
  ];
}
