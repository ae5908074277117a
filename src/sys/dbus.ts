/**
 * Messages of D-Bus, encoded: as much of the wire format as method calls need. See the D-Bus specification,
 * "Marshaling (Wire Format)" and "Message Format".
 */

/** A value with its type, for `v`. */
export interface Variant {
  readonly signature: string;
  readonly value: Value;
}

/** A 32-bit number that only the one who sends the message knows, by what it is called. */
export interface Later {
  readonly later: string;
}

/** What a signature describes: structs and dictionary entries are arrays of their members. */
export type Value = number | bigint | boolean | string | Variant | Later | readonly Value[];

/** A method call. */
export interface MethodCall {
  readonly serial: number;
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Of the arguments, one after another. */
  readonly signature: string;
  readonly values: readonly Value[];
}

/** An encoded message, and where numbers are still to be put: offset and what it is called. */
export interface Encoded {
  readonly bytes: Uint8Array;
  readonly later: readonly (readonly [offset: number, what: string])[];
}

const ALIGNMENT: Readonly<Record<string, number>> = {
  y: 1,
  g: 1,
  v: 1,
  n: 2,
  q: 2,
  x: 8,
  t: 8,
  d: 8,
  "(": 8,
  "{": 8,
};
const USUAL_ALIGNMENT = 4;

const METHOD_CALL = 1;
const PROTOCOL = 1;
const FIELD = { path: 1, interface: 2, member: 3, destination: 6, signature: 8 } as const;

/** Where the complete type ends that begins at `at`. */
function typeEnd(signature: string, at: number): number {
  const first = signature[at];
  if (first === "a") return typeEnd(signature, at + 1);
  if (first !== "(" && first !== "{") return at + 1;
  let end = at + 1;
  while (end < signature.length && signature[end] !== ")" && signature[end] !== "}")
    end = typeEnd(signature, end);
  return end + 1;
}

/** The complete types of a signature. */
export function typesOf(signature: string): string[] {
  const types: string[] = [];
  for (let at = 0; at < signature.length; ) {
    const end = typeEnd(signature, at);
    if (end > signature.length) throw new Error(`"${signature}" is no signature`);
    types.push(signature.slice(at, end));
    at = end;
  }
  return types;
}

/** Bytes that grow, little-endian, and aligned from their own beginning. */
class Marshal {
  readonly bytes: number[] = [];
  readonly later: (readonly [number, string])[] = [];

  align(to: number): void {
    while (this.bytes.length % to !== 0) this.bytes.push(0);
  }

  number(value: number | bigint, size: number): void {
    this.align(size);
    for (let rest = BigInt.asUintN(size * 8, BigInt(value)), i = 0; i < size; i++, rest >>= 8n)
      this.bytes.push(Number(rest & 0xffn));
  }

  #text(text: string, lengthSize: number): void {
    const encoded = new TextEncoder().encode(text);
    this.number(encoded.length, lengthSize);
    this.bytes.push(...encoded, 0);
  }

  #array(type: string, values: readonly Value[]): void {
    this.number(0, 4);
    const at = this.bytes.length;
    // The length does not count what aligns the first element.
    this.align(ALIGNMENT[type[0]!] ?? USUAL_ALIGNMENT);
    const begin = this.bytes.length;
    for (const value of values) this.value(type, value);
    for (let rest = this.bytes.length - begin, i = at - 4; i < at; i++, rest >>>= 8)
      this.bytes[i] = rest & 0xff;
  }

  value(type: string, value: Value): void {
    switch (type[0]) {
      case "y":
        this.number(value as number, 1);
        return;
      case "b":
        this.number(value ? 1 : 0, 4);
        return;
      case "n":
      case "q":
        this.number(value as number, 2);
        return;
      case "i":
      case "u":
        if (typeof value === "object") {
          this.align(4);
          this.later.push([this.bytes.length, (value as Later).later]);
        }
        this.number(typeof value === "object" ? 0 : (value as number), 4);
        return;
      case "x":
      case "t":
        this.number(value as bigint, 8);
        return;
      case "s":
      case "o":
        this.#text(value as string, 4);
        return;
      case "g":
        this.#text(value as string, 1);
        return;
      case "v": {
        const { signature, value: inner } = value as Variant;
        this.#text(signature, 1);
        this.value(signature, inner);
        return;
      }
      case "a":
        this.#array(type.slice(1), value as readonly Value[]);
        return;
      case "(":
      case "{": {
        this.align(8);
        const members = value as readonly Value[];
        for (const [index, member] of typesOf(type.slice(1, -1)).entries())
          this.value(member, members[index]!);
        return;
      }
      default:
        throw new Error(`Type "${type}" cannot be encoded`);
    }
  }
}

/** Encodes a method call. */
export function encodeCall(call: MethodCall): Encoded {
  const body = new Marshal();
  for (const [index, type] of typesOf(call.signature).entries()) body.value(type, call.values[index]!);
  const field = (code: number, signature: string, value: string): Value => [code, { signature, value }];
  const fields: Value[] = [
    field(FIELD.path, "o", call.path),
    field(FIELD.interface, "s", call.interface),
    field(FIELD.member, "s", call.member),
    field(FIELD.destination, "s", call.destination),
  ];
  if (call.signature !== "") fields.push(field(FIELD.signature, "g", call.signature));
  const whole = new Marshal();
  whole.bytes.push("l".charCodeAt(0), METHOD_CALL, 0, PROTOCOL);
  whole.number(body.bytes.length, 4);
  whole.number(call.serial, 4);
  whole.value("a(yv)", fields);
  whole.align(8);
  const begin = whole.bytes.length;
  return {
    bytes: new Uint8Array([...whole.bytes, ...body.bytes]),
    later: body.later.map(([offset, what]) => [offset + begin, what] as const),
  };
}
