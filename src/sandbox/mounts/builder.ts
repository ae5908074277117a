/** Item by item: what each mount adds to the lists of operations. */
import { MOUNT_ATTR, PROPAGATION } from "../../plan/constants.ts";
import type { Op } from "../../plan/plan.ts";
import { checkFilesystem, checkIdmap, checkLayers, checkShared, refuseFile, refuseInTree } from "./checks.ts";
import { fileOp, filePoint, IF_POSSIBLE } from "./file.ts";
import { choiceOf, type MountChoice } from "./options.ts";
import type { Places } from "./places.ts";
import type { FileItem, MountFacts, MountItem, MountsRequest } from "./request.ts";

type Item<K extends MountItem["kind"]> = MountItem & { readonly kind: K };

const { MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_RDONLY } = MOUNT_ATTR;
const { MS_REC } = PROPAGATION;

/** Binds of devices, which have to work. */
const DEVICES = choiceOf(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);

const [TYPE, DIRECTORY] = [0o170000, 0o040000];

/** The helper's word for an overlay without an upper layer. */
const NO_UPPER = -1;

/** What hides files: it is covered, and not replaced. */
const NULL_DEVICE = "/dev/null";

/** Collects operations; slot 0 is ROOTFS. */
export class MountBuilder {
  readonly points: Op[] = [];
  readonly outside: Op[] = [];
  readonly sources: Op[] = [];
  readonly mounts: Op[] = [];
  readonly entered: Op[] = [];
  readonly descriptors: number[] = [];
  readonly places: Places;
  /** A file is to be bound from the scratch filesystem. */
  needsScratch = false;
  readonly #facts: MountFacts;
  readonly #request: MountsRequest;
  #slots = 1;

  constructor(request: MountsRequest, facts: MountFacts, places: Places) {
    this.#request = request;
    this.#facts = facts;
    this.places = places;
  }

  /** How many things of the host's are opened. */
  get opened(): number {
    return this.#slots - 1;
  }

  /**
   * Root's child in a user namespace may open less than root: the monitor opens it and hands it over, where
   * it may. In the copy of a mount namespace paths are those there, and the child's.
   */
  get #handed(): boolean {
    const { uid, kinds, copied } = this.#facts;
    return uid === 0 && kinds.includes("user") && !copied && this.#request.mayMount;
  }

  /** @throws UsageError where the item cannot be. */
  add(item: MountItem): void {
    switch (item.kind) {
      case "bind":
        this.#bind(item);
        break;
      case "filesystem":
        this.#filesystem(item);
        break;
      case "image":
        this.#image(item);
        break;
      case "overlay":
        this.#overlay(item);
        break;
      case "device":
        this.#device(item);
        break;
      case "symlink":
        refuseInTree(item, this.places);
        this.mounts.push({ op: "symlink", target: item.leadsTo, path: item.target });
        break;
      case "dir":
        refuseInTree(item, this.places);
        this.mounts.push({ op: "directory", path: item.target, mode: item.mode });
        break;
      case "file":
        this.#file(item);
        break;
    }
  }

  /** Where ROOTFS itself may lack the target it gets it for the time of the run. */
  #point(target: string, like: string): void {
    if (this.places.find(target) !== "tree") return;
    this.points.push({ op: "mount_point", path: target, slot: 0, like, follow: 1 });
  }

  /** The whole /dev of the host's. */
  hostDevices(): void {
    this.#bindPath("/dev", "/dev", DEVICES);
  }

  #bind(item: Item<"bind">): void {
    const { choice } = item;
    checkShared(item, this.#facts);
    checkIdmap(item, this.#request, this.#facts, this.#handed);
    this.#point(item.target, item.source);
    this.#bindPath(item.source, item.target, choice);
    this.places.add(item.target, "host");
  }

  #bindPath(path: string, target: string, choice: MountChoice): void {
    const slot = this.#slots++;
    const { set, clear, propagation } = choice;
    const [recursive, optional] = [Number(choice.recursive), Number(choice.optional)];
    if (this.#handed) {
      const idmap = Number(choice.idmap);
      this.outside.push({ op: "hand_source", slot, path, recursive, optional, idmap, otherwise: "" });
    } else this.sources.push({ op: "open_source", slot, path, recursive, optional });
    this.mounts.push({ op: "bind", slot, target, set, clear, recursive, propagation });
    if (choice.propagationNamed) {
      this.entered.push({
        op: "root_propagation",
        path: target,
        kind: propagation | (choice.recursive ? MS_REC : 0),
      });
    }
  }

  #filesystem(item: Item<"filesystem">): void {
    const { type, target, choice, options } = item;
    checkFilesystem(item, type, this.#facts);
    this.#point(target, "");
    const kernel = type.kernel ?? type.name;
    this.mounts.push({
      op: "mount",
      type: kernel,
      source: "",
      target,
      attributes: choice.set,
      options,
      when: 0,
      make: 1,
    });
    this.places.add(target, type.memory ? "memory" : "kernel");
  }

  #image(item: Item<"image">): void {
    const { type, source, target, choice } = item;
    checkFilesystem(item, type, this.#facts);
    this.#point(target, "");
    const slot = this.#slots++;
    this.sources.push({ op: "open_image", slot, path: source });
    const attributes = choice.set | MOUNT_ATTR_RDONLY;
    this.mounts.push({ op: "image", type: type.name, slot, target, attributes, options: "ro" });
    this.places.add(target, "host");
  }

  #overlay(item: Item<"overlay">): void {
    const { target, choice, upper } = item;
    this.#point(target, "");
    checkLayers(item.lower.length);
    const lower = item.lower.map((path) => this.layer(path)).join();
    this.mounts.push({
      op: "overlay",
      target,
      lower,
      upper: upper === undefined ? NO_UPPER : this.layer(upper.upper),
      work: upper === undefined ? NO_UPPER : this.layer(upper.work),
      attributes: choice.set,
      options: this.overlayOptions,
    });
    this.places.add(target, upper === undefined ? "host" : "kept");
  }

  /** Opens a directory of the host as a layer; its slot. */
  layer(path: string): number {
    const slot = this.#slots++;
    this.sources.push({ op: "open_layer", slot, path });
    return slot;
  }

  /** The same for a layer over ROOTFS: where ROOTFS has its owners mapped, so has this. */
  layerOverRoot(path: string): number {
    const slot = this.layer(path);
    if (!this.#facts.idmapRoot || !this.#handed) return slot;
    const note = `note: The owners of layer "${path}" cannot be mapped on its filesystem: files of root are nobody's inside\n`;
    const otherwise = this.#facts.quiet ? "" : note;
    this.outside.push({
      op: "hand_source",
      slot,
      path,
      recursive: 0,
      optional: 0,
      idmap: IF_POSSIBLE,
      otherwise,
    });
    return slot;
  }

  /** In a user namespace overlays keep their notes in attributes that a user may write. */
  get overlayOptions(): string {
    return this.#facts.kinds.includes("user") ? "userxattr" : "";
  }

  #device({ source, target, stat }: Item<"device">): void {
    const { mode, major, minor, uid, gid } = stat;
    if (["memory", "kept"].includes(this.places.find(target)) && (mode & TYPE) !== DIRECTORY) {
      const owner = this.#facts.kinds.includes("user") ? { uid: 0, gid: 0 } : { uid, gid };
      this.mounts.push({ op: "device", source, path: target, mode, major, minor, ...owner });
      return;
    }
    this.#point(target, source);
    this.#bindPath(source, target, DEVICES);
    this.places.add(target, "host");
  }

  #file(item: FileItem): void {
    const { target, content, optional = false } = item;
    const bound = this.places.find(target) !== "memory" || target === NULL_DEVICE;
    // In a mount namespace that is joined there is no place for it.
    if (bound && optional && this.#facts.copied) return;
    if (bound) refuseFile(item, this.#facts);
    if (bound) {
      if (this.places.find(target) === "tree") this.points.push(filePoint(item));
      this.needsScratch = true;
    }
    if (typeof content === "number") this.descriptors.push(content);
    this.mounts.push(fileOp(item, bound, this.#facts.quiet));
    if (bound) this.places.add(target, "host");
  }
}
