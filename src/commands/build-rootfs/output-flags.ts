/** The options of build-rootfs that say in which form a tree is written, and what an image says of itself. */
import type { Flag } from "../../cli/command.ts";

const OUTPUT = "Output";
const IMAGE = "Images (oci, oci-archive, docker)";

/** The form. */
const FORM_FLAG: Flag = {
  long: "output",
  short: "o",
  value: "FORM",
  group: OUTPUT,
  help: "Write a directory, an archive or an image; TARGET's ending says which",
  text: `directory; tar, tar.gz, tar.zst; oci (an image layout), oci-archive (a tar archive of it), docker (for docker load and podman load); cpio, cpio.gz, cpio.zst (the kernel's initramfs, mind a program /init); squashfs, erofs (by the host's squashfs-tools and erofs-utils). The endings .tar, .tar.gz, .tgz, .tar.zst, .oci, .oci.tar, .docker.tar, .cpio, .cpio.gz, .cpio.zst, .squashfs, .sqfs and .erofs mean what they say, anything else is a directory. TARGET - is standard output.`,
};

/** The rows that only images have. */
export const IMAGE_FLAGS: readonly Flag[] = [
  {
    long: "tag",
    short: "t",
    value: "NAME",
    multiple: true,
    group: IMAGE,
    help: "Name the image: NAME[:TAG], with a registry or without",
    text: 'In an OCI layout it is the annotation org.opencontainers.image.ref.name as it is typed, "latest" where no name is given.',
  },
  {
    long: "entrypoint",
    value: "WORDS",
    group: IMAGE,
    help: 'Start containers with this program: WORDS, or a JSON list as ["/bin/a", "b c"]',
    text: "Nothing interprets WORDS but the blanks between them.",
  },
  {
    long: "cmd",
    value: "WORDS",
    group: IMAGE,
    help: "Arguments that whoever starts a container may replace",
  },
  {
    long: "env",
    short: "e",
    value: "NAME=VALUE",
    multiple: true,
    group: IMAGE,
    help: "Set a variable in containers",
  },
  { long: "user", short: "u", value: "USER[:GROUP]", group: IMAGE, help: "Start containers as this user" },
  { long: "workdir", short: "w", value: "PATH", group: IMAGE, help: "Start containers in this directory" },
  { long: "label", value: "NAME=VALUE", multiple: true, group: IMAGE, help: "Label the image" },
  {
    long: "expose",
    value: "PORT[/PROTOCOL]",
    multiple: true,
    group: IMAGE,
    help: "Say that containers listen on this port",
  },
  {
    long: "volume",
    value: "PATH",
    multiple: true,
    group: IMAGE,
    help: "Say that containers keep data in this directory",
  },
  { long: "stop-signal", value: "SIGNAL", group: IMAGE, help: "The signal that ends containers" },
  {
    long: "platform",
    value: "OS/ARCH[/VARIANT]",
    group: IMAGE,
    help: "What containers run on: linux/amd64; that of the programs where it is not given",
  },
  {
    long: "compress",
    value: "gzip|zstd|none",
    group: IMAGE,
    help: "How the layer of an OCI image is compressed, by gzip where it is not given",
  },
];

/** The rows, in the order of the help. */
export const OUTPUT_FLAGS: readonly Flag[] = [FORM_FLAG, ...IMAGE_FLAGS];
