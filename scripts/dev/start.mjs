/** `npm start`: makes a root filesystem out of bash, and runs it in namespaces of its own. */
import { NSBOX, run } from "./process.mjs";

const ROOTFS = "./rootfs";

const GREETING = 'read -r name < /proc/sys/kernel/hostname; echo "Hello from $name: I am process $$."';

/** Shows a command, runs it, returns its exit status. */
function show(args, words = args.join(" ")) {
  console.log(`\n$ ${NSBOX} ${words}`);
  const status = run(NSBOX, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) console.log(`(exit status ${status})`);
  return status;
}

/** The example. Returns an exit status. */
export function start() {
  const container = ["run", "-p", "-m", "-u", "zion", ROOTFS, "/bin/sh"];
  const status =
    show(["build-rootfs", "/bin/bash", ROOTFS]) ||
    show([...container, "-c", GREETING], `${container.join(" ")} -c '${GREETING}'`);
  if (status !== 0) return status;
  console.log(`
What happened: bash and the libraries it loads were copied to ${ROOTFS}, and a shell ran in there as
process 1 of its own PID namespace, with its own mounts and its own host name.

Now try:
  ${NSBOX} ${container.join(" ")}            # a shell; leave it with "exit"
  ${NSBOX} ${container.join(" ").replace("run", "run --explain")}  # every step, without taking one
  ${NSBOX} --help`);
  return 0;
}
