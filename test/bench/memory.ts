/** How much memory a program takes. */

/**
 * The most memory that `argv` had at once, in MB. python3 starts it: the kernel counts what a process was
 * before exec as well, which is small only where the one that starts it is.
 */
export function peakMemory(argv: readonly string[]): number {
  const script = `
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6)`;
  const { stdout, stderr } = Bun.spawnSync(["python3", "-c", script, ...argv]);
  const peak = Number(stdout.toString());
  if (!(peak > 0)) throw new Error(`Cannot measure ${argv[0]}: ${stderr}`);
  return peak;
}
