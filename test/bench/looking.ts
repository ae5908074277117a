/** `nsbox ls` beside lsns(8), on a machine full of namespaces. */
import { join } from "node:path";
import { compete, type Goal, table } from "./measure.ts";
import { peakMemory } from "./memory.ts";
import { absent, NSBOX, program, scratch } from "./things.ts";

/** 5,000 processes and 3,000 namespaces: groups that make seven kinds each, and how many are in each. */
const [GROUPS, MEMBERS] = [429, 12];
const CROWD = join(import.meta.dir, "../ns/crowd.c");

/** Root alone can make as many. */
export async function benchLooking(rounds: number): Promise<Goal[]> {
  const lsns = program("lsns");
  if (lsns === undefined) {
    absent("lsns");
    return [];
  }
  const file = join(scratch(), "crowd");
  const { exitCode } = Bun.spawnSync(["cc", "-O1", "-o", file, CROWD]);
  if (exitCode !== 0) throw new Error(`Cannot compile ${CROWD}`);
  const crowd = Bun.spawn([file, String(GROUPS), String(MEMBERS)], { stdin: "pipe", stdout: "pipe" });
  try {
    const reader = crowd.stdout.getReader();
    await reader.read(); // "ready"
    const [ls, peer] = compete(
      [
        { name: "nsbox ls", argv: [NSBOX, "ls"] },
        { name: "lsns", argv: [lsns] },
      ],
      rounds,
    );
    table(`${GROUPS * MEMBERS} processes, ${GROUPS * 7} namespaces`, [ls!, peer!]);
    return [
      {
        text: "nsbox ls, its fastest time in that of lsns",
        value: ls!.fastest / peer!.fastest,
        limit: 1 / 3,
      },
      { text: "nsbox ls, peak memory in MB", value: peakMemory([NSBOX, "ls"]), limit: 120 },
    ];
  } finally {
    crowd.stdin.end();
    await crowd.exited;
  }
}
