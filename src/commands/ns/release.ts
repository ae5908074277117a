/** `nsbox ns release`: bound namespaces let go. */
import type { Parsed } from "../../cli/command.ts";
import { trueDirectory } from "../../runtime/ns-dirs/path.ts";
import { readNsDirs } from "../../runtime/ns-dirs/records.ts";
import { releaseNsDir } from "../../runtime/ns-dirs/release.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { refuseGarbled } from "../containers/mounting.ts";

/** Unmounts what is bound in the directory `words[0]`. */
export function run(_input: Parsed, [typed, ...more]: readonly string[]): number {
  refuseGarbled();
  if (typed === undefined || more.length > 0) {
    throw new UsageError("release takes DIR", "nsbox ns release DIR");
  }
  const path = trueDirectory(typed);
  const found = readNsDirs().filter((each) => each.path === path);
  const refused = (cause: string) =>
    new NsboxError(`Cannot release "${typed}"`, { cause, code: "not-found" });
  if (found.length === 0) throw refused("nsbox has bound no namespaces there");
  if (found.some(({ busy }) => busy)) throw refused("another nsbox is binding namespaces there just now");
  for (const each of found) releaseNsDir(each);
  return 0;
}
