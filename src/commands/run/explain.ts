/** A plan printed instead of carried out: `--explain`, `--explain-json`. */
import { print } from "../../cli/print.ts";
import { readable } from "../../plan/decode.ts";
import { explainJson, explainText } from "../../plan/describe.ts";
import type { EncodedPlan } from "../../plan/plan.ts";
import { sanitizeJson, sanitizeLines } from "../../util/sanitize.ts";

/** Prints it as a result and returns the exit status. `kinds`: the namespaces that it makes or enters. */
export function explain(plan: EncodedPlan, kinds: readonly string[], json: boolean): number {
  const steps = readable(plan);
  print(json ? sanitizeJson(explainJson(steps, kinds)) : sanitizeLines(explainText(steps)));
  return 0;
}
