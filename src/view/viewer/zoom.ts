/** Moving and zooming: wheel, drag, two fingers, keys. */
import type { Box } from "../layout/layout.ts";

/** The limits of the zoom. Whatever fits the window is allowed too. */
const LEAST = 0.1;
const MOST = 10;

/** One step of the keys and buttons. */
export const STEP = 1.2;

/** Delta of the wheel that makes one step. */
const NOTCH = 240;

/** A drag that is shorter than this is a click. */
const SLOP = 4;

const MARGIN = 20;

/** Where the picture stands in its window: k times as large, moved by x and y. */
export class Zoom {
  k = 1;
  x = 0;
  y = 0;
  /** Somebody has moved or zoomed it. */
  isMoved = false;
  /** Set while the mouse drags: what follows is no click. */
  dragged = false;
  readonly #window: HTMLElement;
  readonly #moved: () => void;
  #frame = 0;
  #fit = 1;

  constructor(window: HTMLElement, moved: () => void) {
    this.#window = window;
    this.#moved = moved;
    window.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.#listenToPointers();
  }

  /** Zooms by `factor` around a point of the window; around its middle without one. */
  by(factor: number, atX = this.#window.clientWidth / 2, atY = this.#window.clientHeight / 2): void {
    this.isMoved = true;
    const k = Math.min(Math.max(this.k * factor, Math.min(LEAST, this.#fit)), Math.max(MOST, this.#fit));
    this.x = atX - ((atX - this.x) * k) / this.k;
    this.y = atY - ((atY - this.y) * k) / this.k;
    this.k = k;
    this.#draw();
  }

  /** Moves by pixels of the window. */
  pan(dx: number, dy: number): void {
    this.isMoved = true;
    this.x += dx;
    this.y += dy;
    this.#draw();
  }

  /** Life size, or `k` times that, from the upper left corner. */
  reset(k = 1): void {
    this.isMoved = true;
    this.k = k;
    this.x = MARGIN;
    this.y = MARGIN;
    this.#draw();
  }

  /** All of it in the window, but not larger than life. */
  fit(width: number, height: number): void {
    this.isMoved = false;
    const { clientWidth, clientHeight } = this.#window;
    const scale = Math.min((clientWidth - 2 * MARGIN) / width, (clientHeight - 2 * MARGIN) / height);
    this.k = this.#fit = Math.max(0.01, Math.min(1, scale));
    this.x = Math.max(MARGIN, (clientWidth - width * this.k) / 2);
    this.y = MARGIN;
    this.#draw();
  }

  /** Brings `box` into sight, large enough to be read. */
  to(box: Box, readable = 0.7): void {
    this.isMoved = true;
    const { clientWidth, clientHeight } = this.#window;
    if (this.k < readable) this.k = Math.min(1, readable);
    const left = box.x * this.k + this.x;
    const top = box.y * this.k + this.y;
    const inside = (from: number, size: number, room: number) =>
      from >= MARGIN && from + size <= room - MARGIN;
    if (!inside(left, box.width * this.k, clientWidth)) {
      this.x =
        clientWidth / 2 - Math.min(box.x + box.width / 2, box.x + clientWidth / this.k / 2 - MARGIN) * this.k;
    }
    if (!inside(top, box.height * this.k, clientHeight)) {
      this.y =
        clientHeight / 2 -
        Math.min(box.y + box.height / 2, box.y + clientHeight / this.k / 2 - MARGIN) * this.k;
    }
    this.#draw();
  }

  #draw(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#moved();
    });
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const { left, top, height } = this.#window.getBoundingClientRect();
    const unit = [1, 16, height][event.deltaMode] ?? 1;
    // A pinch on a touchpad comes as small steps of the wheel with Ctrl.
    const strength = event.ctrlKey ? 8 : 1;
    const factor = STEP ** ((-event.deltaY * unit * strength) / NOTCH);
    this.by(factor, event.clientX - left, event.clientY - top);
  }

  #listenToPointers(): void {
    const down = new Map<number, { x: number; y: number }>();
    let travelled = 0;
    const spread = () => {
      const [a, b] = [...down.values()];
      if (a === undefined || b === undefined) return undefined;
      return { size: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    };
    this.#window.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      down.set(event.pointerId, { x: event.clientX, y: event.clientY });
      travelled = 0;
      this.dragged = false;
    });
    this.#window.addEventListener("pointermove", (event) => {
      const last = down.get(event.pointerId);
      if (last === undefined) return;
      const before = spread();
      const dx = event.clientX - last.x;
      const dy = event.clientY - last.y;
      down.set(event.pointerId, { x: event.clientX, y: event.clientY });
      travelled += Math.abs(dx) + Math.abs(dy);
      if (travelled > SLOP && !this.dragged) {
        this.dragged = true;
        this.#window.setPointerCapture(event.pointerId);
      }
      const after = spread();
      if (before !== undefined && after !== undefined) {
        const { left, top } = this.#window.getBoundingClientRect();
        this.by(after.size / Math.max(1, before.size), after.x - left, after.y - top);
        this.pan(after.x - before.x, after.y - before.y);
      } else if (this.dragged) this.pan(dx, dy);
    });
    const up = (event: PointerEvent) => down.delete(event.pointerId);
    this.#window.addEventListener("pointerup", up);
    this.#window.addEventListener("pointercancel", up);
  }
}
