/** The plan in words, and as data for others: `--explain`, `--explain-json`. */
import { KINDS } from "../ns/kinds.ts";
import { ALL_CAPABILITIES, capabilityNames } from "../sys/capabilities.ts";
import { NO_LIMIT, RESOURCES } from "../sys/resources.ts";
import { INIT_MODE, MOUNT_ATTR, PROPAGATION } from "./constants.ts";
import type { FieldKind, Operation } from "./operation.ts";
import { OPS } from "./ops.ts";
import type { Op, Plan } from "./plan.ts";

/** The names of the bits in `value`, without the prefix that all of them have. */
const bitNames = (bits: Readonly<Record<string, number>>, value: number, prefix: string): string =>
  Object.entries(bits)
    .filter(([, bit]) => value & bit)
    .map(([name]) => name.replace(prefix, "").replace("RDONLY", "ro").toLowerCase())
    .join(",");

/** `rprivate`, as mount(8) has it. */
const propagation = (value: number): string =>
  bitNames(PROPAGATION, value, "MS_").replace(/^rec,(.*)/, "r$1") || "no other propagation";

function capabilities(value: number): string {
  return value === ALL_CAPABILITIES ? "all" : capabilityNames(value).join(" ") || "none";
}

/** The path that stands in a slot of the plan. */
export function sourceOf(plan: Plan, slot: number): string | undefined {
  const opens = plan.ops.find(
    (op) => "slot" in op && "path" in op && op.op !== "mount_point" && op.slot === slot,
  );
  return opens !== undefined && "path" in opens ? opens.path : undefined;
}

/** What an overlay is made of, and where its changes go. */
function layers({ lower, upper }: Op & { op: "overlay" }, plan: Plan): string {
  const name = (slot: number) => (slot === 0 ? "the root filesystem" : (sourceOf(plan, slot) ?? `${slot}`));
  const list = lower.split(",").map((slot) => name(Number(slot)));
  const changes = upper < 0 ? "no changes" : `changes in ${upper === 0 ? "memory" : name(upper)}`;
  return `${list.join(" over ")}; ${changes}`;
}

/** A field as people write it. */
function worded(kind: FieldKind | undefined, value: string | number, plan: Plan): string {
  if (kind === "base64") return `${Math.floor((String(value).replace(/=+$/, "").length * 3) / 4)} bytes`;
  if (kind === "bpf") return `${(String(value).length * 3) >> 5} instructions`;
  if (typeof value === "string")
    return value === ""
      ? "nothing more"
      : value
          .trimEnd()
          .replaceAll("\n", ", ")
          .replace(/(^|,)\?/, "$1if possible ");
  switch (kind) {
    case "slot":
      return sourceOf(plan, value) ?? String(value);
    case "octal":
      return `0${value.toString(8)}`;
    case "capabilities":
      return capabilities(value);
    case "propagation":
      return propagation(value);
    case "resource":
      return RESOURCES.find(({ number }) => number === value)?.name ?? String(value);
    case "clone_flags":
      return (
        KINDS.filter(({ flag }) => value & flag)
          .map(({ title }) => title)
          .join(", ") || "none"
      );
    case "mount_attributes":
      return bitNames(MOUNT_ATTR, value, "MOUNT_ATTR_") || "rw";
    default:
      return String(value);
  }
}

function landlocked({ filesystem, tcp, scope }: Op & { op: "landlock_ruleset" }): string {
  const parts = [
    filesystem ? "files that no rule allows" : "",
    tcp ? "TCP ports that no rule allows" : "",
    scope & 1 ? "abstract sockets outside" : "",
    scope & 2 ? "signals to the outside" : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function helper({ ipv4, ipv6, resolver, networks, servers }: Op & { op: "network_helper" }): string {
  const others = {
    "": "asks the host's servers of /etc/resolv.conf for all others",
    none: "no others exist",
  };
  const tasks = [
    `hands what comes to published ports on to ${[ipv4, ipv6].filter(Boolean).join(" and ")}`,
    `answers at 127.0.0.11 inside for the names of containers in ${networks}; ${others[servers as ""] ?? `asks ${servers} for all others`}`,
  ];
  return `Fork the network helper, which ${tasks.slice(0, resolver ? 2 : 1).join(", and ")}`;
}

/** One operation of `plan` in one sentence, without a full stop: `Set the host name to zion`. */
export function describe(op: Op, plan: Plan): string {
  const row: Operation = OPS[op.op];
  if (op.op === "close_fds" && op.keep === "") return "Close every descriptor above 2";
  if (op.op === "groups" && op.gids === "") return "Give up all supplementary groups";
  if (op.op === "network_helper") return helper(op);
  if (op.op === "landlock_ruleset") return `Make a Landlock ruleset against ${landlocked(op)}`;
  if (op.op === "init" && op.mode === INIT_MODE.INIT_FULL) {
    return "Execute the helper anew as PID 1, which does the whole startup and starts the command itself";
  }
  if (op.op === "limit") {
    const limit = (value: number) => (value === NO_LIMIT ? "unlimited" : String(value));
    return `Limit ${worded("resource", op.resource, plan)} to ${limit(op.soft)}, at most ${limit(op.hard)}`;
  }
  if (op.op === "lock_root" && op.state === op.otherwise) {
    return row.says.replace(/\(.*/, `(record in ${op.state})`);
  }
  if (op.op === "overlay") {
    return `Mount an overlay on ${op.target || "the root filesystem"}: ${layers(op, plan)}`;
  }
  const owners =
    op.op === "hand_source" && op.idmap ? ", its owners mapped as the user namespace maps ids" : "";
  const condition = op.op === "mount" && op.when > 0 ? ", where nsbox had to make it" : "";
  const values = op as unknown as Record<string, string | number>;
  const sentence = row.says.replace(/\{(\w+)\}/g, (_, field: string) =>
    worded(row.fields[field], values[field] ?? "", plan),
  );
  return sentence.replace("; nothing more)", ")").replace(" (nothing more)", "") + condition + owners;
}

const PLACES = {
  before: "Before the clone",
  clone: "The clone",
  outside: "Outside, while the new process waits",
  inside: "Inside the new process",
  any: "",
} as const;

/** The whole plan, a line a step: what, by which call, where to read on. */
export function explainText(plan: Plan): string {
  let place = "";
  const lines = [`Plan for ${plan.argv.map((word) => JSON.stringify(word)).join(" ")}`];
  plan.ops.forEach((op, index) => {
    const { where, call, man, undo } = OPS[op.op];
    if (where !== place) lines.push("", `${PLACES[where]}:`);
    place = where;
    lines.push(
      `  ${String(index + 1).padStart(2)}. ${describe(op, plan)}`,
      `        ${call}; see ${man}${undo === "ends" ? "" : `; undone by ${undo}`}`,
    );
  });
  return lines.join("\n");
}

/** The plan as data. The operations' names and fields are those of the operation table. */
export function explainJson(plan: Plan, kinds: readonly string[]): string {
  const steps = plan.ops.map((op) => {
    const { where, call, man, undo }: Operation = OPS[op.op];
    return { ...op, where, undo, call, man, says: describe(op, plan) };
  });
  return JSON.stringify({ version: 1, namespaces: kinds, argv: plan.argv, env: plan.env, steps }, null, 2);
}
