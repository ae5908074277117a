/** Subordinate ids, and who may write which map: subuid(5), newuidmap(1). */
import { NsboxError } from "../../util/errors.ts";
import { nameOfUser, nextSubordinate, subordinates } from "./accounts.ts";
import type { IdRange } from "./id-map.ts";
import type { Surroundings } from "./request.ts";

/** The two kinds of id, and what each is called where. */
export const SIDES = {
  uid: { option: "--uid-map", file: "/etc/subuid", tool: "newuidmap", what: "user", flag: "--add-subuids" },
  gid: { option: "--gid-map", file: "/etc/subgid", tool: "newgidmap", what: "group", flag: "--add-subgids" },
} as const;

/** One of them. */
export type Side = (typeof SIDES)[keyof typeof SIDES];

/** Directories in which newuidmap is looked up: it is setuid, so the caller's PATH is no matter. */
const TOOLS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Below are people and the system: SUB_UID_MIN of login.defs(5). */
const FIRST_SUBORDINATE = 100_000;

/** A line of the size that useradd gives. */
const USUAL_COUNT = 65536;

/** The caller as root and its subordinate ids behind it; for root itself its subordinate ids alone. */
export function automatic(side: Side, around: Surroundings, id: number): IdRange[] {
  const name = nameOfUser(around.uid);
  const own = subordinates(side.file, around.uid, name);
  if (own.length === 0) throw noSubordinates(side, around.uid, name);
  const ranges: IdRange[] = around.uid === 0 ? [] : [{ inside: 0, outside: id, length: 1 }];
  let inside = ranges.length;
  for (const { start, count } of own) {
    ranges.push({ inside, outside: start, length: count });
    inside += count;
  }
  return ranges;
}

/** Undefined where the caller may write the map: root any, others their own id alone. */
export function toolFor(
  side: Side,
  ranges: readonly IdRange[],
  around: Surroundings,
  id: number,
): string | undefined {
  const [first] = ranges;
  if (around.uid === 0 || (ranges.length === 1 && first?.outside === id && first.length === 1)) {
    return undefined;
  }
  const name = nameOfUser(around.uid);
  const own = subordinates(side.file, around.uid, name);
  for (const range of ranges) {
    const isOwn = range.outside === id && range.length === 1;
    const allowed = own.some(
      ({ start, count }) => range.outside >= start && range.outside + range.length <= start + count,
    );
    if (isOwn || allowed) continue;
    if (own.length === 0) throw noSubordinates(side, around.uid, name, range);
    const last = range.outside + range.length - 1;
    const which = range.length === 1 ? `id ${last}` : `ids ${range.outside} to ${last}`;
    throw new NsboxError(`${title(around.uid, name)} may not map ${side.what} ${which}`, {
      cause: `${side.file} gives it ${own.map(({ start, count }) => `${start} to ${start + count - 1}`).join(", ")}`,
      ...addLine(side, around.uid, name, range),
      code: "identity",
    });
  }
  if (name === undefined) {
    throw new NsboxError(`Cannot map ${side.what} ids`, {
      cause: `${side.tool} wants the caller to have an account, and user ${around.uid} has none`,
      hint: `As root: useradd --uid ${around.uid} NAME`,
      code: "identity",
    });
  }
  const tool = Bun.which(side.tool, { PATH: TOOLS });
  if (tool !== null) return tool;
  throw new NsboxError(`Cannot map ${side.what} ids`, {
    cause: `${side.tool} is not installed, and an ordinary user may write no such map`,
    hint: "On Debian and Ubuntu: apt-get install uidmap",
    code: "identity",
  });
}

const title = (uid: number, name: string | undefined): string => (name ? `User "${name}"` : `User ${uid}`);

function noSubordinates(side: Side, uid: number, name: string | undefined, range?: IdRange): NsboxError {
  const other = side.file === SIDES.uid.file ? SIDES.gid.file : SIDES.uid.file;
  const wanted = range ?? { outside: nextSubordinate(side.file), length: USUAL_COUNT };
  return new NsboxError(`${title(uid, name)} has no subordinate ${side.what} ids`, {
    cause: `no line of ${side.file} begins with ${name ? `"${name}:" or ` : ""}"${uid}:" (${other} needs one too)`,
    ...addLine(side, uid, name, wanted),
    code: "identity",
  });
}

/** Whoever may map ids of the system, or of other people, has what is theirs: that is no hint to give. */
function addLine(
  side: Side,
  uid: number,
  name: string | undefined,
  { outside, length }: Pick<IdRange, "outside" | "length">,
): { readonly hint?: string } {
  if (outside < FIRST_SUBORDINATE) return {};
  return { hint: `As root, add to ${side.file}: ${name ?? uid}:${outside}:${length}` };
}
