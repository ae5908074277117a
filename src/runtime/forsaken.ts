/**
 * Whether a killed monitor has left a list of what is to be taken back. By system calls alone, since every run
 * with limits or a network asks; what there is to do is done by `./undo.ts`.
 */
import { stateDirectories } from "../sandbox/state.ts";
import { AT_FDCWD, O_DIRECTORY, O_NOFOLLOW, SYS } from "../sys/constants.ts";
import { cstring, syscall } from "../sys/ffi.ts";

const [O_RDONLY, O_NONBLOCK, O_CLOEXEC] = [0, 0o4000, 0o2000000];
const [LOCK_EX, LOCK_NB] = [2, 4];
/** Of struct linux_dirent64, see getdents64(2). */
const [LENGTH_AT, NAME_AT] = [16, 19];

/** There is one in this user's state directories. */
export function anyForsaken(caller: { readonly uid: number; readonly env: NodeJS.ProcessEnv }): boolean {
  const { state, otherwise } = stateDirectories(caller);
  return anyIn(`${state}/undo`) || (otherwise !== state && anyIn(`${otherwise}/undo`));
}

function anyIn(path: string): boolean {
  const directory = syscall(
    SYS.openat,
    AT_FDCWD,
    cstring(path),
    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
  );
  if (directory < 0) return false;
  const entries = new Uint8Array(32768);
  const view = new DataView(entries.buffer);
  let found = false;
  for (;;) {
    const length = syscall(SYS.getdents64, directory, entries, entries.length);
    if (length <= 0 || found) break;
    for (let at = 0; at < length && !found; ) {
      const next = at + view.getUint16(at + LENGTH_AT, true);
      const name = entries.subarray(at + NAME_AT, entries.indexOf(0, at + NAME_AT) + 1);
      if (name[0] !== 0x2e) found = isForsaken(directory, name);
      at = next;
    }
  }
  syscall(SYS.close, directory);
  return found;
}

/** Nobody holds the lock of that list. */
function isForsaken(directory: number, name: Uint8Array): boolean {
  const file = syscall(SYS.openat, directory, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return false;
  const free = syscall(SYS.flock, file, LOCK_EX | LOCK_NB) === 0;
  syscall(SYS.close, file);
  return free;
}
