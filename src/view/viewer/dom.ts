/** Elements, made without ever reading text as HTML. */
import { plain } from "../text.ts";

type Child = Node | string | null;
type Attribute = string | number | boolean | ((event: never) => void);

/**
 * An element of HTML. An attribute that is true is there without a value, one that is false is not there; a
 * function listens to the event of that name. Text has its controls and marks of direction as their codes.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value as EventListener);
    else if (typeof value === "boolean") element.toggleAttribute(name, value);
    else element.setAttribute(name, plain(String(value)));
  }
  for (const child of children)
    if (child !== null) element.append(typeof child === "string" ? plain(child) : child);
  return element;
}

/** The element with this id, which the page has. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no #${id}`);
  return element;
}

/** A button with words on it; `label` says more where the words are a mere sign. */
export const button = (
  words: string,
  label: string,
  click: () => void,
  more: Record<string, Attribute> = {},
) => h("button", { type: "button", "aria-label": label, title: label, click, ...more }, words);

/** Puts `markup`, made by our own drawing code, which escapes, into an SVG element. */
export function setSvg(element: Element, markup: string): void {
  element.innerHTML = markup;
}

const drawn = new WeakMap<Element, string>();

/**
 * Puts `children` in the place of those of `element`, unless that would look the same: a list that is open,
 * text that is chosen and the focus stay as they are then. Returns whether it did.
 */
export function redraw(element: Element, ...children: readonly Node[]): boolean {
  const shell = document.createElement("div");
  shell.append(...children);
  const markup = shell.innerHTML;
  if (drawn.get(element) === markup) return false;
  drawn.set(element, markup);
  element.replaceChildren(...children);
  return true;
}

/** Offers `text` to be stored as a file. Nothing leaves the browser. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Says `text` to those who listen to the page, and shows it for a moment. */
export function announce(text: string): void {
  const place = byId("said");
  place.textContent = plain(text);
  place.classList.remove("fresh");
  requestAnimationFrame(() => place.classList.add("fresh"));
}
