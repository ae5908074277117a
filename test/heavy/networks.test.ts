/** 200 containers on one network, started at once. */
import { expect, test } from "bun:test";
import { CANNOT, manyAtOnce } from "../e2e/network-host.ts";

const reason = CANNOT === undefined ? "" : ` (${CANNOT})`;

test.skipIf(CANNOT !== undefined)(
  `200 containers started at once have addresses of their own, and nothing of them stays${reason}`,
  async () => {
    expect(await manyAtOnce(200)).toEqual({
      out: '"containers":200\n0\n400\n0\n0\nweb\n',
      err: "",
      status: 0,
    });
  },
  120_000,
);
