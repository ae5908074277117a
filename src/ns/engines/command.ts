/** Words of command lines, as far as engines are known by them. */

/** The last part of the path of the program: `conmon`. */
export const baseName = ([program = ""]: readonly string[]): string =>
  // Browsers write their whole command into the first word.
  (program.split(" ", 1)[0] ?? "").replace(/^.*\//, "");

/** The value of an option, in the next word or behind `=`; undefined where it is not there. */
export function argumentOf(command: readonly string[], option: string): string | undefined {
  const at = command.indexOf(option);
  if (at >= 0) return command[at + 1];
  return command.find((word) => word.startsWith(`${option}=`))?.slice(option.length + 1);
}

/** The last word of a line. */
export const lastWord = (line: string): string | undefined => line.trim().split(/\s+/).at(-1);
