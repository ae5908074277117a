/** Addresses and subnets, judged by the kernel's own reading of them where there is one. */
import { expect, test } from "bun:test";
import {
  addressBytes,
  addressFrom,
  contains,
  formatAddress,
  formatMac,
  formatSubnet,
  lastOf,
  macOf,
  nth,
  overlap,
  parseAddress,
  parseMac,
  parseSubnet,
} from "../../src/net/address.ts";
import { chooseSubnet4, chooseSubnet6, collision } from "../../src/net/choose.ts";

const subnet = (text: string) => parseSubnet(text)!;

test("addresses are read and written as RFC 5952 wants", () => {
  const same = [
    "0.0.0.0",
    "255.255.255.255",
    "10.87.0.1",
    "::",
    "::1",
    "fd00::1",
    "1:0:2::3",
    "2001:db8::1:0:0:1",
    "1::2:0:0:3:4",
    "1:2:3:4:5:6:7:8",
    "::ffff:a00:1",
  ];
  for (const text of same) expect(formatAddress(parseAddress(text)!)).toBe(text);
  const others = {
    "FD00:0:0::1": "fd00::1",
    "::ffff:10.0.0.1": "::ffff:a00:1",
    "1:0:0:2:0:0:0:3": "1:0:0:2::3",
    "0:0:0:0:0:0:0:0": "::",
    "1::2:3:4:5:6:7": "1:0:2:3:4:5:6:7",
  };
  for (const [text, short] of Object.entries(others)) expect(formatAddress(parseAddress(text)!)).toBe(short);
  const bad = [
    "",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "01.2.3.4",
    "1.2.3.-4",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "g::",
    "1:2:3:4:5:6:7::8:9",
    "::1.2.3",
    "1.2.3.4::",
    "fe80::1%eth0",
    " 1.2.3.4",
    "::1/64",
  ];
  for (const text of bad) expect({ text, is: parseAddress(text) }).toEqual({ text, is: undefined });
});

test("bytes and addresses are the same thing", () => {
  for (let count = 0; count < 200; count++) {
    const bytes = crypto.getRandomValues(new Uint8Array(count % 2 === 0 ? 4 : 16));
    const address = addressFrom(bytes)!;
    expect(addressBytes(address)).toEqual(bytes);
    expect(parseAddress(formatAddress(address))).toEqual(address);
  }
  expect(addressFrom(new Uint8Array(5))).toBeUndefined();
});

test("subnets know what is in them", () => {
  expect(formatSubnet(subnet("10.87.3.7/24"))).toBe("10.87.3.0/24");
  expect(formatSubnet(subnet("0.0.0.0/0"))).toBe("0.0.0.0/0");
  expect(formatSubnet(subnet("fd00:1:2:3:4::5/48"))).toBe("fd00:1:2::/48");
  for (const text of ["10.0.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/", "/24", "10.0.0.0/24/1"])
    expect(parseSubnet(text)).toBeUndefined();
  expect(contains(subnet("10.0.0.0/8"), parseAddress("10.255.0.1")!)).toBe(true);
  expect(contains(subnet("10.0.0.0/8"), parseAddress("11.0.0.1")!)).toBe(false);
  expect(contains(subnet("0.0.0.0/0"), parseAddress("::1")!)).toBe(false);
  expect(overlap(subnet("10.0.0.0/8"), subnet("10.1.0.0/16"))).toBe(true);
  expect(overlap(subnet("10.1.0.0/16"), subnet("10.2.0.0/16"))).toBe(false);
  expect(formatAddress(lastOf(subnet("10.1.0.0/16")))).toBe("10.1.255.255");
  expect(formatAddress(nth(subnet("fd00::/64"), 258))).toBe("fd00::102");
});

test("hardware addresses belong to IPv4 addresses, and groups are none", () => {
  expect(formatMac(macOf(parseAddress("10.87.0.5")!))).toBe("0a:58:0a:57:00:05");
  expect(formatMac(parseMac("0A:58:00:00:00:01")!)).toBe("0a:58:00:00:00:01");
  for (const text of ["", "0a:58", "01:00:00:00:00:01", "00:00:00:00:00:00", "0a-58-00-00-00-01"])
    expect(parseMac(text)).toBeUndefined();
});

test("a subnet that is chosen collides with nothing, whatever is in use", () => {
  const used = (...texts: string[]) => texts.map((text) => ({ subnet: subnet(text), title: text }));
  const choose = (...texts: string[]) => {
    const found = chooseSubnet4(used(...texts));
    if (found !== undefined) expect(collision(found, used(...texts))).toBeUndefined();
    return found === undefined ? undefined : formatSubnet(found);
  };
  expect(choose()).toBe("10.87.0.0/24");
  expect(choose("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/2")).toBe("10.87.0.0/24");
  expect(choose("10.87.0.0/24", "10.87.1.128/25", "10.87.2.7/32")).toBe("10.87.3.0/24");
  expect(choose("10.0.0.0/8")).toBe("172.24.0.0/24");
  expect(choose("10.0.0.0/8", "172.16.0.0/12")).toBe("192.168.128.0/24");
  expect(choose("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")).toBeUndefined();
  expect(choose("10.87.0.0/17")).toBe("10.87.128.0/24");
  let turn = 0;
  const random = () => Uint8Array.of(0, 0, 0, 0, 0, 0, turn++);
  expect(formatSubnet(chooseSubnet6(used("fd00::/64", "fd00:0:0:1::5/128"), random)!)).toBe(
    "fd00:0:0:2::/64",
  );
  expect(chooseSubnet6(used("fd00::/8"), random)).toBeUndefined();
});
