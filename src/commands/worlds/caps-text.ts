/** The answer of `nsbox caps` in words, and the branches as a tree. */
import { ascii, unicode } from "../../cli/charset.ts";
import { fill, widthOf } from "../../cli/layout.ts";
import { type Outline, outlineLines } from "../../cli/outline.ts";
import { terminalWidth } from "../../cli/table.ts";
import { type CapabilitiesIn, capabilitiesIn, maskNames } from "../../ns/capabilities-in.ts";
import type { Entry } from "../../ns/may-enter.ts";
import type { Details, Namespace, Process, Snapshot } from "../../ns/model.ts";
import { sanitize } from "../../util/sanitize.ts";
import { titleOf } from "../looking/find.ts";
import { capabilityWords, processWord, userWord } from "./words.ts";

interface Answer {
  readonly snapshot: Snapshot;
  readonly process: Process;
  readonly details: Details | null;
  readonly target: Namespace;
  readonly caps: CapabilitiesIn;
  readonly entry: Entry;
  readonly remarks: readonly string[];
  readonly brief: boolean;
}

/** Columns where there is no terminal, and the fewest. */
const USUAL = 80;
const NARROWEST = 20;

const userTitle = (id: number | null): string =>
  id === null ? "a user namespace out of reach" : titleOf({ kind: "user", id });

/** All that `nsbox caps` prints. */
export function capsText(answer: Answer): string {
  const { process, target, caps, brief } = answer;
  const width = Math.max(Math.min(widthOf(1), terminalWidth() ?? USUAL), NARROWEST);
  const has = caps.capabilities === null ? "not known" : capabilityWords(caps.capabilities);
  const head = [
    fill(safe(`${processWord(process)} has in ${titleOf(target)}: ${has}`), width, 0),
    fill(`because ${safe(because(answer))}`, width, 2),
    fill(safe(entering(answer)), width, 0),
  ];
  if (brief) return head.join("\n");
  const remarks = answer.remarks.map((remark) => fill(remark, width, 2).replace(/^ {2}/, "- "));
  return [
    ...head,
    ...demands(answer.entry),
    "",
    ...outlineLines([tree(answer)]).map((line) =>
      terminalWidth() === undefined ? line : continued(line, width),
    ),
    ...(remarks.length > 0 ? ["", ...remarks] : []),
  ].join("\n");
}

/** A line of a tree that is too long goes on beside the drawing. */
function continued(line: string, width: number): string {
  const drawing = /^(?:[│|├└` ][ ─-] )*/.exec(line)![0];
  const beside = drawing
    .replaceAll("├─", "│ ")
    .replaceAll("|-", "| ")
    .replace(/[└`][─-]/g, "  ");
  const room = Math.max(width - drawing.length - 2, NARROWEST);
  return drawing + fill(line.slice(drawing.length), room, 0).replaceAll("\n", `\n${beside}  `);
}

const safe = (text: string): string => (unicode() ? sanitize(text) : ascii(sanitize(text)));

function because({ snapshot, process, target, caps }: Answer): string {
  const user = userTitle(caps.user);
  const owner = target.kind === "user" ? user : `its owner ${user}`;
  const own = userTitle(process.namespaces.user ?? null);
  switch (caps.rule) {
    case "own":
      return `${target.kind === "user" ? "that" : owner} is the process's own user namespace, where its effective set holds`;
    case "below":
      return `${owner} is below the process's own ${own}, so its effective set holds there too`;
    case "creator": {
      const below = caps.made === caps.user ? "" : `, which ${owner} is below`;
      return `its user ${userWord(snapshot, process.uid)} made ${userTitle(caps.made)} as a child of the process's own ${own}${below}`;
    }
    case "elsewhere":
      return `${owner} is neither the process's own ${own} nor below it`;
    case "unknown":
      return caps.user === null
        ? "the user namespace that owns it is out of reach"
        : "too little is known of the user namespaces between, or of the process";
  }
}

function entering({ entry, target }: Answer): string {
  const into = `May it enter ${titleOf(target)}?`;
  switch (entry.verdict) {
    case "inside":
      return `${into} It is in it`;
    case "yes":
      return `${into} Yes${target.kind === "pid" ? ": its children would be in it" : ""}`;
    case "after":
      return `${into} Not by itself, but after it has entered ${userTitle(entry.first)}, which it may`;
    case "no":
      return `${into} No`;
    case null:
      return `${into} Not known`;
  }
}

const MET = (met: boolean | null): string => (met === null ? "not known" : met ? "yes" : "no");

const demands = ({ demands: all }: Entry): string[] =>
  all.map(({ what, user, met }) => `  ${what}${user === null ? "" : ` in ${userTitle(user)}`}: ${MET(met)}`);

/** What stands behind a user namespace in the tree. */
function mark({ snapshot, process, details }: Answer, namespace: Namespace): string {
  const { rule, all, capabilities } = capabilitiesIn(snapshot, process, details, namespace);
  if (rule === "unknown" || capabilities === null) return "[not known]";
  if (rule === "creator" || all) return "[all]";
  return capabilities.length === 0 ? "[none]" : "[effective]";
}

function tree(answer: Answer): Outline {
  const { snapshot, process, details, target, caps } = answer;
  const byId = new Map(snapshot.namespaces.map((one) => [one.id, one]));
  const effective = details?.capabilities == null ? "?" : capabilitiesText(details);
  const user = userWord(snapshot, process.uid);
  const self: Outline = {
    text: `process ${processWord(process)} of user ${user}, effective: ${effective}`,
    below: [],
  };
  const goal: Outline[] =
    target.kind === "user"
      ? []
      : [{ text: `${titleOf(target)} ${mark(answer, target)} <- the target`, below: [] }];
  const nodeOf = (id: number, below: readonly Outline[]): Outline => {
    const one = byId.get(id);
    const made = one?.initial ? "made with the kernel" : `made by ${userWord(snapshot, one?.uid ?? null)}`;
    const end = target.id === id ? " <- the target" : "";
    const text =
      one === undefined ? `${userTitle(id)} ?` : `${userTitle(id)} ${mark(answer, one)} ${made}${end}`;
    return { text, below };
  };
  /** One node below the other, what `end` holds below the last. */
  const chain = (ids: readonly number[], end: readonly Outline[]): readonly Outline[] =>
    ids.reduceRight<readonly Outline[]>((below, id) => [nodeOf(id, below)], end);
  const branches = [...chain(caps.processBranch, [self]), ...chain(caps.targetBranch, goal)];
  return caps.common === null
    ? { text: "(what they have in common is out of reach)", below: branches }
    : nodeOf(caps.common, branches);
}

const capabilitiesText = (details: Details): string =>
  capabilityWords(maskNames(details.capabilities!.effective));
