/** The last minutes: every snapshot that came, a slider to go back, and what happened. */
import type { Snapshot } from "../../ns/model.ts";
import { button, h } from "./dom.ts";
import { type Happening, happenings } from "./happenings.ts";
import type { Store } from "./store.ts";

/** How far back one can go. */
const KEPT_MS = 15 * 60 * 1000;
const MOST_MOMENTS = 900;
const MOST_LINES = 200;

interface Moment {
  readonly snapshot: Snapshot;
  readonly time: number;
}

const SIGNS: Readonly<Record<Happening["what"], string>> = { came: "+", went: "−", moved: "→" };

const clock = (time: number): string => new Date(time).toLocaleTimeString("en-GB");

/** The bar at the foot of a live page. */
export class Timeline {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #slider = h("input", {
    type: "range",
    min: "0",
    max: "0",
    value: "0",
    step: "1",
    "aria-label": "Moment",
  });
  readonly #time = h("output", { id: "time" });
  readonly #status = h("span", { id: "status", role: "status" });
  readonly #log = h("ol", { id: "log", "aria-label": "What happened", tabindex: "0" });
  readonly #now: HTMLButtonElement;
  #moments: Moment[] = [];
  #live = true;

  constructor(store: Store) {
    this.#store = store;
    this.#now = button("live", "Back to now", () => this.#go(this.#moments.length - 1));
    this.#slider.addEventListener("input", () => this.#go(Number(this.#slider.value)));
    const toggle = button("log", "What happened", () => {
      this.#log.hidden = !this.#log.hidden;
      toggle.setAttribute("aria-pressed", String(!this.#log.hidden));
    });
    toggle.setAttribute("aria-pressed", "true");
    this.element = h(
      "footer",
      { id: "timeline" },
      h("div", { class: "bar" }, this.#status, this.#slider, this.#time, this.#now, toggle),
      this.#log,
    );
  }

  /** Shows the bar, where the page is fed by nsbox. */
  show(isLive: boolean): void {
    this.element.hidden = !isLive;
  }

  /** Stays where it is: what is shown now comes from a file. */
  leave(): void {
    this.#live = false;
    this.#now.setAttribute("aria-pressed", "false");
  }

  /** Says how the connection is. */
  status(words: string, good: boolean): void {
    this.#status.textContent = words;
    this.#status.className = good ? "good" : "bad";
  }

  /** Takes the next snapshot. */
  add(snapshot: Snapshot): void {
    const time = Date.parse(snapshot.taken.end);
    const last = this.#moments.at(-1);
    this.#moments.push({ snapshot, time });
    const first = this.#moments.findIndex((moment) => time - moment.time <= KEPT_MS);
    const dropped = Math.max(first, this.#moments.length - MOST_MOMENTS, 0);
    this.#moments.splice(0, dropped);
    if (last !== undefined) this.#tell(happenings(last.snapshot, snapshot), time);
    this.#slider.max = String(this.#moments.length - 1);
    if (this.#live) this.#go(this.#moments.length - 1);
    else this.#slider.value = String(Math.max(0, Number(this.#slider.value) - dropped));
  }

  #go(index: number): void {
    const moment = this.#moments[index];
    if (moment === undefined) return;
    this.#live = index === this.#moments.length - 1;
    this.#slider.value = String(index);
    const words = clock(moment.time);
    this.#time.textContent = words;
    this.#slider.setAttribute("aria-valuetext", words);
    this.#now.setAttribute("aria-pressed", String(this.#live));
    document.documentElement.toggleAttribute("data-past", !this.#live);
    if (this.#store.snapshot !== moment.snapshot) this.#store.change({ snapshot: moment.snapshot }, true);
  }

  #tell(events: readonly Happening[], time: number): void {
    const items = events
      .slice(0, MOST_LINES)
      .map(({ what, key, words }) =>
        h(
          "li",
          { class: what },
          h("time", {}, clock(time)),
          h("span", { class: "what", title: what }, SIGNS[what]),
          h("button", { type: "button", class: "link", click: () => this.#store.select(key) }, words),
        ),
      );
    this.#log.prepend(...items);
    while (this.#log.childElementCount > MOST_LINES) this.#log.lastElementChild?.remove();
  }
}
