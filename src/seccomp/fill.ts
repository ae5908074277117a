/** The default filter for a command's capabilities, out of a template: no compiler is loaded. */

/** An answer that the kernel has no meaning for; the group of calls that it stands for is added to it. */
export const BLANK = 0x00010000;

/** The code of a return with a constant, see <linux/bpf_common.h>. */
const RETURN = 0x06;

/** See `./template.ts`. Programs are arrays of struct sock_filter in base64. */
export interface Template {
  /** The program where the arguments of some calls count, and the one where those calls are let through. */
  readonly checked: string;
  readonly free: string;
  /** The capability that makes the difference. */
  readonly freeing: string;
  /** Blank for blank: one of these capabilities fills it with `yes`, else it is `no`. */
  readonly wanted: readonly (readonly string[])[];
  readonly yes: number;
  readonly no: number;
}

/** The program in base64 of the default filter where `capabilities` (names without CAP_) are in the bounding set. */
export function fill(template: Template, capabilities: readonly string[]): string {
  const isFree = capabilities.includes(template.freeing);
  const bytes = Uint8Array.fromBase64(isFree ? template.free : template.checked);
  const words = new Uint32Array(bytes.buffer);
  for (let at = 0; at < words.length; at += 2) {
    const blank = words[at + 1]! - BLANK;
    if (words[at] !== RETURN || blank < 0 || blank >= template.wanted.length) continue;
    let answer = template.no;
    for (const name of template.wanted[blank]!) if (capabilities.includes(name)) answer = template.yes;
    words[at + 1] = answer;
  }
  return bytes.toBase64();
}
