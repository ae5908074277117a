/**
 * The default filter before it is known which capabilities a command gets: made when nsbox is built, so that
 * nothing is compiled when it runs. See `./fill.ts`.
 */
import { EPERM, RET, refuse } from "./actions.ts";
import type { Arch } from "./arch.ts";
import { compile } from "./compile.ts";
import { profileWhere } from "./default.ts";
import { CHECKED } from "./default-table.ts";
import { BLANK, type Template } from "./fill.ts";

/** The capability with which all calls whose arguments count are let through. */
const FREE = "SYS_ADMIN";

/**
 * The template for `arch`: two programs, each with a blank answer for every group of calls that want a
 * capability.
 * @throws Error where the table's calls whose arguments count want other capabilities than `FREE`.
 */
export function template(arch: Arch): Template {
  if (CHECKED.some(({ free }) => free.length > 0 && free.join() !== FREE))
    throw new Error(`not ${FREE} alone`);
  const wanted: (readonly string[])[] = [];
  const program = (isFree: boolean) =>
    compile(
      profileWhere(
        (names) => isFree && names.length > 0,
        (names) => {
          let at = wanted.findIndex((other) => other.join() === names.join());
          if (at < 0) at = wanted.push(names) - 1;
          return [{ action: BLANK + at, conditions: [] }];
        },
      ),
      arch,
    ).bytes.toBase64();
  const [checked, free] = [program(false), program(true)];
  return { checked, free, freeing: FREE, wanted, yes: RET.ALLOW, no: refuse(EPERM) };
}
