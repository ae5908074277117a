import { describe, expect, test } from "bun:test";
import { parse } from "../../src/cli/argv.ts";
import { UsageError } from "../../src/util/errors.ts";
import { MIXED, STOP } from "./fake.ts";

const stop = (...args: string[]) => parse(STOP, args);
const mixed = (...args: string[]) => parse(MIXED, args);

/** The error that the words give, as `message | hint`. */
function mistake(...args: string[]): string {
  try {
    parse(STOP, args);
  } catch (error) {
    if (error instanceof UsageError) return `${error.message} | ${error.details.hint ?? ""}`;
    throw error;
  }
  return "no mistake";
}

describe("an option", () => {
  test("takes its value as the next word, behind =, or right behind its letter", () => {
    expect(stop("--env", "A=1", "--env=B=2", "-e", "C=3", "-eD=4").values("env")).toEqual([
      "A=1",
      "B=2",
      "C=3",
      "D=4",
    ]);
  });

  test("may stand in a group of letters", () => {
    const { ordered } = stop("-pmi", "-neA=1");
    expect(ordered).toEqual([
      ["pid-ns", true],
      ["mount-ns", true],
      ["ipc-ns", true],
      ["net-ns", true],
      ["env", "A=1"],
    ]);
  });

  test("is found again by its long name, however it was typed", () => {
    const input = stop("-p", "--hostname", "zion");
    expect(input.has("pid-ns")).toBe(true);
    expect(input.has("net-ns")).toBe(false);
    expect(input.value("hostname")).toBe("zion");
    expect(input.value("env")).toBeUndefined();
    expect(input.values("env")).toEqual([]);
  });

  test("that repeats keeps every value, in order, and value() is the last", () => {
    const input = stop("-e", "A=1", "-p", "-e", "A=2");
    expect(input.ordered).toEqual([
      ["env", "A=1"],
      ["pid-ns", true],
      ["env", "A=2"],
    ]);
    expect(input.value("env")).toBe("A=2");
  });

  test("without a value may be said twice", () => {
    expect(stop("-pp", "--pid-ns").has("pid-ns")).toBe(true);
  });

  test("takes an empty value when one is given", () => {
    expect(stop("--hostname", "").value("hostname")).toBe("");
    expect(stop("--hostname=").value("hostname")).toBe("");
  });

  test("takes a negative number and a lone dash as its value", () => {
    expect(stop("--hostname", "-5").value("hostname")).toBe("-5");
    expect(stop("--hostname", "-").value("hostname")).toBe("-");
  });

  test("with an optional value takes it behind = only", () => {
    expect(stop("--tty", "80x24").ordered).toEqual([["tty", true]]);
    expect(stop("--tty", "80x24").rest).toEqual(["80x24"]);
    expect(stop("--tty=80x24").value("tty")).toBe("80x24");
    expect(stop("-tp").ordered).toEqual([
      ["tty", true],
      ["pid-ns", true],
    ]);
  });

  test("whose name begins with no- is an option like any other", () => {
    expect(stop("--no-loopback").has("no-loopback")).toBe(true);
    expect(mistake("--no-pid-ns")).toStartWith('Unknown option "--no-pid-ns"');
  });

  test("stays as it was typed in every script", () => {
    expect(stop("--hostname=größe-箱-📦", "-e", "Ä=ö").value("hostname")).toBe("größe-箱-📦");
  });
});

describe("-u", () => {
  test("selects its kind and takes the hostname as the next word", () => {
    expect(stop("-pmu", "zion", "R").ordered).toEqual([
      ["pid-ns", true],
      ["mount-ns", true],
      ["uts-ns", "zion"],
    ]);
    expect(stop("-u", "zion", "R").rest).toEqual(["R"]);
  });

  test("with letters behind it is an error that shows the right spelling", () => {
    expect(mistake("-upmn", "x")).toContain('"-pmnu x"');
    expect(mistake("-pumn", "x")).toContain('"-pmnu x"');
    expect(mistake("-upmn")).toContain('"-pmnu HOSTNAME"');
  });

  test("with the hostname glued to it is an error that shows the right spelling", () => {
    expect(mistake("-uzion")).toContain('"-u zion"');
    expect(mistake("-pmuzion")).toContain('"-pmu zion"');
  });

  test("at the end, or before another option, misses its hostname", () => {
    expect(mistake("-pmu")).toStartWith('Option "-u" needs a value: HOSTNAME');
    expect(mistake("-u", "-p", "R")).toContain('not the option "-p"');
    expect(mistake("-u", "--", "R")).toStartWith('Option "-u" needs a value');
  });

  test("twice is an error", () => {
    expect(mistake("-u", "a", "-u", "b")).toBe('Option "-u" was given twice | It takes one HOSTNAME');
  });

  test("in its long form may leave the hostname out", () => {
    expect(stop("--uts-ns", "R").ordered).toEqual([["uts-ns", true]]);
    expect(stop("--uts-ns=zion", "R").value("uts-ns")).toBe("zion");
  });
});

describe("options end", () => {
  test("at the first word that is none, and leave the rest alone", () => {
    const input = stop("-p", "R", "ls", "-la", "--help", "--", "-x", "");
    expect(input.ordered).toEqual([["pid-ns", true]]);
    expect(input.rest).toEqual(["R", "ls", "-la", "--help", "--", "-x", ""]);
  });

  test("at an empty word and at a lone dash, which are words like any other", () => {
    expect(stop("", "-p").rest).toEqual(["", "-p"]);
    expect(stop("-", "-p").rest).toEqual(["-", "-p"]);
  });

  test("at --, which is dropped once", () => {
    expect(stop("-p", "--", "-m", "--help").rest).toEqual(["-m", "--help"]);
    expect(stop("--", "--", "x").rest).toEqual(["--", "x"]);
    expect(stop("--").rest).toEqual([]);
  });

  test("only at -- where words and options mix", () => {
    const input = mixed("a", "-p", "b", "--env=A", "--", "-m", "--");
    expect(input.rest).toEqual(["a", "b", "-m", "--"]);
    expect(input.dashes).toBe(2);
    expect(mixed("a", "b").dashes).toBeUndefined();
    expect(input.ordered).toEqual([
      ["pid-ns", true],
      ["env", "A"],
    ]);
  });
});

describe("help", () => {
  test("is there for every command, and wins over mistakes behind it", () => {
    expect(stop("-h").has("help")).toBe(true);
    expect(stop("--help", "--bogus").has("help")).toBe(true);
    expect(stop("-ph").has("help")).toBe(true);
    expect(stop("--help", "--color", "never").value("color")).toBe("never");
    expect(mistake("--bogus", "--help")).toStartWith("Unknown option");
    expect(mixed("x", "--help").has("help")).toBe(true);
  });

  test("is not asked for by the words of the command", () => {
    expect(stop("R", "ls", "--help").has("help")).toBe(false);
    expect(stop("--", "--help").has("help")).toBe(false);
    expect(mixed("--", "-h").has("help")).toBe(false);
  });

  test("takes no value", () => {
    expect(mistake("--help=run")).toStartWith('Option "--help" takes no value');
  });
});

describe("a mistake", () => {
  test("in an option's name gets the nearest names", () => {
    expect(mistake("--hostnmae", "x")).toContain('Did you mean "--hostname"?');
    expect(mistake("--net")).toContain('Did you mean "--net-ns" or "--network"?');
    expect(mistake("--pid")).toContain('Did you mean "--pid-ns"?');
    expect(mistake("--nonsense")).toContain("`nsbox box -h` lists the options");
    expect(mistake("--")).toBe("no mistake");
    expect(mistake("--=x")).toStartWith('Unknown option "--"');
    expect(mistake("--p")).toContain('"--pid-ns"');
    expect(mistake("--__proto__")).toStartWith("Unknown option");
  });

  test("never leads to a hidden option", () => {
    expect(mistake("--secre")).not.toContain("secret");
  });

  test("in a letter names the letter, the group, and what was meant", () => {
    expect(mistake("-z")).toStartWith('Unknown option "-z" |');
    expect(mistake("-pzm")).toStartWith('Unknown option "-z" in "-pzm"');
    expect(mistake("-P")).toContain('Did you mean "-p"?');
    for (const name of ["network", "env", "user-ns", "pid-ns", "help"]) {
      expect(mistake(`-${name}`)).toBe(`Unknown option "-${name}" | Did you mean "--${name}"?`);
    }
    expect(mistake("-p📦")).toStartWith('Unknown option "-📦" in "-p📦"');
    expect(mistake("-5")).toStartWith('Unknown option "-5"');
  });

  test("of a value too many or too few says which", () => {
    expect(mistake("--pid-ns=yes")).toBe('Option "--pid-ns" takes no value | ');
    expect(mistake("-p=yes")).toBe('Option "-p" takes no value | ');
    expect(mistake("--hostname")).toBe('Option "--hostname" needs a value: NAME | ');
    expect(mistake("--hostname", "--", "R")).toBe('Option "--hostname" needs a value: NAME | ');
    expect(mistake("--hostname", "-p")).toContain('Write "--hostname=-p" if that is the value');
    expect(mistake("--hostname", "a", "--hostname=b")).toStartWith('Option "--hostname" was given twice');
    expect(mistake("--tty=")).toBe('Option "--tty=" has an empty value | Write "--tty" to give none');
  });

  test("of = behind a letter shows the right spelling", () => {
    expect(mistake("-e=A=1")).toContain('Write "-e A=1"');
    expect(mistake("-u=zion")).toContain('Write "-u zion"');
    expect(mistake("-t=80x24")).toContain('Write "--tty=80x24"');
  });
});

test("ten thousand words are read as fast as ten", () => {
  const variables = Array.from({ length: 10_000 }, (_, index) => `--env=V${index}=x`);
  const words = Array.from({ length: 200_000 }, () => "-x");
  const started = performance.now();
  const input = stop(...variables, "R", ...words);
  expect(input.values("env")).toHaveLength(10_000);
  expect(input.rest).toHaveLength(200_001);
  expect(parse(MIXED, ["--", ...words]).rest).toHaveLength(200_000);
  expect(performance.now() - started).toBeLessThan(1000);
});
