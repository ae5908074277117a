/**
 * The tables of docs/security.md, from the tables in the source: `bun scripts/security-docs.ts` writes them
 * between their markers; a test holds the file to that.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MASKS } from "../src/sandbox/mounts/masks.ts";
import { defaultRefusals, type Verdict } from "../src/seccomp/default.ts";
import { CAPABILITIES } from "../src/sys/capabilities.ts";

const FILE = join(import.meta.dir, "../docs/security.md");

/** Capabilities by default: docker's of moby's oci/caps/defaults.go, podman's of containers.conf(5). */
const DOCKER =
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
    " ",
  );
const PODMAN =
  "CHOWN DAC_OVERRIDE FOWNER FSETID KILL NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
    " ",
  );

/** What the engines let through of what nsbox refuses: moby's profile of 25.0, containers-common's of 0.50. */
const DOCKER_LETS = "epoll_ctl_old epoll_wait_old".split(" ");
const PODMAN_LETS =
  "clone clone3 epoll_ctl_old epoll_wait_old fsconfig fsmount fsopen fspick get_mempolicy keyctl mbind mount mount_setattr move_mount open_tree pidfd_getfd pivot_root reboot set_mempolicy setns syslog umount2 unshare".split(
    " ",
  );

const yes = (value: boolean): string => (value ? "yes" : "");

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

const capabilities = (): string =>
  table(
    ["CAP_", "nsbox", "docker", "podman", "what it allows"],
    CAPABILITIES.map(({ name, kept, allows }) => [
      name,
      yes(kept),
      yes(DOCKER.includes(name)),
      yes(PODMAN.includes(name)),
      allows,
    ]),
  );

function answer({ call, let: when, free }: Verdict): string {
  if (when === "never") return "refused";
  if (when === "always") return "";
  if (call === "clone3") return `ENOSYS; any with ${free.join(" or ")}`;
  if (when === "gone") return "ENOSYS";
  if (when === "checked")
    return `by its arguments${free.length > 0 ? `; any with ${free.join(" or ")}` : ""}`;
  return `only with ${when.join(" or ")}`;
}

const calls = (): string =>
  table(
    ["system call", "nsbox", "docker refuses", "podman refuses", "why"],
    defaultRefusals()
      .filter(isRefused)
      .map((verdict) => [
        verdict.call,
        answer(verdict),
        docker(verdict),
        PODMAN_LETS.includes(verdict.call) ? "" : verdict.let === "checked" ? "by its arguments" : "yes",
        verdict.why,
      ]),
  );

/** What wants a capability that commands have by default is let through by default. */
const isRefused = ({ let: when }: Verdict): boolean =>
  typeof when === "string" || !CAPABILITIES.some(({ name, kept }) => kept && when.includes(name));

function docker({ call, let: when }: Verdict): string {
  if (call === "clone3") return "ENOSYS";
  return when === "checked" ? "by its arguments" : yes(!DOCKER_LETS.includes(call));
}

const masks = (): string =>
  table(
    ["path", "nsbox", "docker", "podman", "what it would tell or allow"],
    MASKS.map(({ path, how, docker, podman, why }) => [
      path,
      how === "hide" ? "hidden" : "read-only",
      yes(docker),
      yes(podman),
      why,
    ]),
  );

const TABLES: Readonly<Record<string, () => string>> = { capabilities, calls, masks };

/** The page as it has to be: what stands between `<!-- NAME -->` and `<!-- end -->` is the table of that name. */
export const securityPage = (page: string): string =>
  page.replace(
    /(<!-- (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (whole, begin: string, name: string, end: string) => {
      const make = TABLES[name];
      return make === undefined ? whole : `${begin}\n${make()}\n\n${end}`;
    },
  );

if (import.meta.main) writeFileSync(FILE, securityPage(readFileSync(FILE, "utf8")));
