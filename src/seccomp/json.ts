/** JSON that somebody else wrote, looked at piece by piece: each error names the file, the place and the reason. */
import { NsboxError } from "../util/errors.ts";

/** A value and where it stands. */
export class Json {
  readonly #file: string;
  readonly #path: string;
  readonly #value: unknown;

  constructor(file: string, value: unknown, path = "") {
    this.#file = file;
    this.#path = path;
    this.#value = value;
  }

  /** Whether there is nothing, or null. */
  get isAbsent(): boolean {
    return this.#value === undefined || this.#value === null;
  }

  /** @throws NsboxError always: the profile cannot be used, because of this value. */
  fail(reason: string): never {
    throw new NsboxError(`Cannot use the seccomp profile "${this.#file}"`, {
      cause: this.#path === "" ? reason : `${this.#path}: ${reason}`,
      code: "seccomp-profile",
    });
  }

  /** A field of an object; absent where the object lacks it. @throws NsboxError where this is no object. */
  field(name: string): Json {
    const path = this.#path === "" ? name : `${this.#path}.${name}`;
    return new Json(this.#file, this.#fields()[name], path);
  }

  /**
   * For objects where an overlooked field would change what is allowed.
   * @throws NsboxError where it has a field that is not among `names`.
   */
  only(names: readonly string[]): void {
    for (const name of Object.keys(this.#fields())) {
      if (!names.includes(name)) this.fail(`unknown field ${quote(name)}; known are ${names.join(", ")}`);
    }
  }

  /** The elements of an array; none where it is absent. @throws NsboxError where this is something else. */
  items(): readonly Json[] {
    if (this.isAbsent) return [];
    if (!Array.isArray(this.#value)) this.fail(`expected a list, found ${kind(this.#value)}`);
    return this.#value.map((value, at) => new Json(this.#file, value, `${this.#path}[${at}]`));
  }

  /** @throws NsboxError where this is no string, or an empty one. */
  text(): string {
    if (typeof this.#value !== "string") this.fail(`expected a string, found ${kind(this.#value)}`);
    if (this.#value === "") this.fail("expected a string, found an empty one");
    return this.#value;
  }

  /** What a table has for this name. @throws NsboxError where it has nothing. */
  from<T>(table: ReadonlyMap<string, T>): T {
    const name = this.text();
    const found = table.get(name);
    if (found === undefined)
      this.fail(`unknown value ${quote(name)}; known are ${[...table.keys()].join(", ")}`);
    return found;
  }

  /** The parts of a string, as `pattern` finds them. @throws NsboxError where it does not: it is no `what`. */
  parts(pattern: RegExp, what: string): readonly string[] {
    return this.text().match(pattern) ?? this.fail(`expected ${what}, found ${quote(this.text())}`);
  }

  /** A whole number from 0 to `most`. @throws NsboxError where this is none. */
  whole(most: bigint): bigint {
    const value = this.#value;
    const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
    const number = isWhole ? BigInt(value as bigint | number) : -1n;
    if (number < 0n || number > most) {
      const found = typeof value === "number" || typeof value === "bigint" ? `${value}` : kind(value);
      this.fail(`expected a whole number from 0 to ${most}, found ${found}`);
    }
    return number;
  }

  #fields(): Readonly<Record<string, unknown>> {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.fail(`expected an object, found ${kind(value)}`);
    }
    return value as Readonly<Record<string, unknown>>;
  }
}

/** Characters of a file that an error repeats. */
const LONGEST = 60;

const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

const quote = (text: string): string => JSON.stringify(shorten(text));

function kind(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return `the string ${quote(value)}`;
  return `${value}`;
}

/** Larger files are no profiles; the engines' own have 25 kB. */
const LARGEST = 1 << 20;

/** Numbers of more than 53 bits become bigint, so that none is rounded. */
function exact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return /^\d{1,32}$/.test(source) ? BigInt(source) : value;
}

/** Reads the text of `file`. @throws NsboxError where it is no JSON, or too large, or nested without end. */
export function parseJson(file: string, text: string): Json {
  const nothing = new Json(file, undefined);
  if (text.length > LARGEST) nothing.fail(`it is larger than ${LARGEST >> 20} MiB`);
  try {
    return new Json(file, JSON.parse(text, exact));
  } catch (error) {
    if (error instanceof RangeError) nothing.fail("it is nested too deeply");
    return nothing.fail(`it is not JSON: ${shorten((error as Error).message)}`);
  }
}
