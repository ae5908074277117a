/** What the kernel made of what was written. The helper looks likewise: `check` in csrc/cgroup.c. */

import { wordsOf } from "./hierarchy.ts";
import type { Write } from "./spelling.ts";

/** Whether `text`, read after the write, says the same: or, of a number, a little less. */
export function readsBack({ reads, rounds, number }: Write, text: string): "same" | "rounded" | "other" {
  const wanted = wordsOf(reads);
  const isSame = text.split("\n").some((line) => {
    const words = wordsOf(line);
    return wanted.every((word) => words.includes(word));
  });
  if (reads === "" || isSame || (number && !/^\d+\n?$/.test(text))) return "same";
  const [asked, found] = [Number(reads), Number(text)];
  return rounds > 0 && found <= asked && asked - found < rounds ? "rounded" : "other";
}
