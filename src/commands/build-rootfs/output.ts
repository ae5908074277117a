/** What was typed about the form of a tree, checked. */
import { type Form, formFor, traitsOf } from "../../../rootfs-tools/archive/forms.ts";
import type { ImageConfig, LayerCompression } from "../../../rootfs-tools/archive/image.ts";
import { ARCHITECTURES, type Platform, parsePlatform } from "../../../rootfs-tools/archive/platform.ts";
import type { Parsed } from "../../cli/command.ts";
import { UsageError } from "../../util/errors.ts";
import { IMAGE_FLAGS } from "./output-flags.ts";

/** The form of a tree. */
export interface Output {
  readonly form: Form;
  /** Of the forms that are images. */
  readonly image?: ImageConfig;
}

/**
 * Reads what was typed about the form of what `target` will be. `epoch`, in seconds since 1970, is when an
 * image was made.
 *
 * @throws UsageError that names the option.
 */
export function readOutput(input: Parsed, target: string, epoch?: number): Output {
  const form = formFor(target, input.value("output"));
  const typed = IMAGE_FLAGS.find(({ long }) => input.has(long));
  if (traitsOf(form).image === undefined) {
    if (typed === undefined) return { form };
    throw new UsageError(
      `"--${typed.long}" belongs to images, and "${target}" becomes ${form === "directory" ? "a directory" : `a ${form} file`}`,
      "Images are made with --output oci, oci-archive or docker",
    );
  }
  if (form === "docker" && input.has("compress")) {
    throw new UsageError(
      '"--compress" belongs to OCI images: the layer of a docker archive is not compressed',
    );
  }
  return { form, image: { ...readImage(input), ...(epoch === undefined ? {} : { created: epoch }) } };
}

function readImage(input: Parsed): ImageConfig {
  const all = <T>(long: string, read: (value: string, typed: string) => T): T[] =>
    input.values(long).map((value) => read(value, `--${long} ${value}`));
  const image = {
    tags: all("tag", readTag),
    entrypoint: all("entrypoint", readWords)[0],
    cmd: all("cmd", readWords)[0],
    env: [...new Map(all("env", readPair))].map(([name, value]) => `${name}=${value}`),
    user: all("user", readUser)[0],
    workdir: all("workdir", readPath)[0],
    labels: Object.fromEntries(all("label", readPair)),
    ports: all("expose", readPort),
    volumes: all("volume", readPath),
    stopSignal: all("stop-signal", readSignal)[0],
    platform: all("platform", readPlatform)[0],
    compression: all("compress", readCompression)[0],
  };
  return Object.fromEntries(Object.entries(image).filter(([, value]) => value !== undefined));
}

const invalid = (typed: string, reason: string, hint?: string): UsageError =>
  new UsageError(`Invalid "${typed}": ${reason}`, hint);

const COMPONENT = "[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*";
const TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const REGISTRY = "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?/)?";
/** The names of the distribution specification. */
const REFERENCE = new RegExp(`^${REGISTRY}${COMPONENT}(?:/${COMPONENT})*(?::${TAG})?$`);
const LONGEST_REFERENCE = 255;

function readTag(value: string, typed: string): string {
  if (REFERENCE.test(value) && value.length <= LONGEST_REFERENCE) return value;
  const hint = REFERENCE.test(value.toLowerCase())
    ? "Names are in small letters, tags need not be"
    : undefined;
  throw invalid(typed, "it takes NAME[:TAG], as example.org/tools/git:2.39", hint);
}

/** A JSON list of strings, or words parted by blanks, in which nothing else means anything. */
function readWords(value: string, typed: string): string[] {
  if (value.startsWith("[")) {
    const list = parseJson(value);
    if (Array.isArray(list) && list.every((word) => typeof word === "string")) return list;
    throw invalid(typed, "it is no JSON list of strings", 'As ["/bin/sh", "-c", "exit 3"]');
  }
  if (/["'\\]/.test(value)) {
    throw invalid(
      typed,
      "quotes and backslashes mean nothing here",
      'Write a list: ["/bin/sh", "-c", "exit 3"]',
    );
  }
  return value.split(/\s+/).filter((word) => word !== "");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readPair(value: string, typed: string): readonly [name: string, value: string] {
  const at = value.indexOf("=");
  if (at > 0) return [value.slice(0, at), value.slice(at + 1)];
  throw invalid(typed, "it takes NAME=VALUE");
}

function readUser(value: string, typed: string): string {
  if (/^[^:\s]+(:[^:\s]+)?$/.test(value)) return value;
  throw invalid(typed, "it takes USER or USER:GROUP, by name or number");
}

function readPath(value: string, typed: string): string {
  if (value.startsWith("/")) return value;
  throw invalid(typed, "the path counts from the image's root, and begins with /");
}

const MOST_PORT = 65535;

function readPort(value: string, typed: string): string {
  const [, port, protocol = "tcp"] = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(value) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > MOST_PORT) {
    throw invalid(typed, "it takes a port from 1 to 65535, and /tcp, /udp or /sctp");
  }
  return `${Number(port)}/${protocol}`;
}

function readSignal(value: string, typed: string): string {
  const name = value.toUpperCase();
  if (/^\d{1,2}$/.test(name) && Number(name) >= 1 && Number(name) <= 64) return name;
  if (/^(SIG)?[A-Z][A-Z0-9]*([+-]\d+)?$/.test(name)) return name.startsWith("SIG") ? name : `SIG${name}`;
  throw invalid(typed, "it takes a signal by name or number, as SIGTERM");
}

function readPlatform(value: string, typed: string): Platform {
  const platform = parsePlatform(value);
  if (platform !== undefined) return platform;
  throw invalid(typed, "it takes linux/ARCH[/VARIANT]", `ARCH is one of ${ARCHITECTURES.join(", ")}`);
}

const COMPRESSIONS: readonly LayerCompression[] = ["gzip", "zstd", "none"];

function readCompression(value: string, typed: string): LayerCompression {
  const compression = COMPRESSIONS.find((name) => name === value);
  if (compression !== undefined) return compression;
  throw invalid(typed, `it is one of ${COMPRESSIONS.join(", ")}`);
}
