/** POSIX ACLs: the kernel's attribute, see acl(5) and linux/posix_acl_xattr.h, as the text that tar(1) reads. */

/** Attributes that hold ACLs, and the keyword that GNU tar and libarchive know each by. */
export const ACL_KEYWORDS: Readonly<Record<string, string>> = {
  "system.posix_acl_access": "SCHILY.acl.access",
  "system.posix_acl_default": "SCHILY.acl.default",
};

const VERSION = 2;
const HEADER = 4;
const ENTRY = 8;
const NOBODY_IN_PARTICULAR = 0xffffffff;
const WORDS: Readonly<Record<number, string>> = {
  1: "user",
  2: "user",
  4: "group",
  8: "group",
  16: "mask",
  32: "other",
};

/** `user::rw-,user:1000:r--:1000,…`, ids as names and as star's fourth field; undefined where `value` is none. */
export function aclText(value: Uint8Array): string | undefined {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (value.length < HEADER || (value.length - HEADER) % ENTRY !== 0) return undefined;
  if (view.getUint32(0, true) !== VERSION) return undefined;
  const entries: string[] = [];
  for (let at = HEADER; at < value.length; at += ENTRY) {
    const word = WORDS[view.getUint16(at, true)];
    if (word === undefined) return undefined;
    const bits = view.getUint16(at + 2, true);
    const id = view.getUint32(at + 4, true);
    const rights = [..."rwx"].map((letter, index) => ((bits & (4 >> index)) === 0 ? "-" : letter)).join("");
    entries.push(id === NOBODY_IN_PARTICULAR ? `${word}::${rights}` : `${word}:${id}:${rights}:${id}`);
  }
  return entries.length === 0 ? undefined : entries.join(",");
}
