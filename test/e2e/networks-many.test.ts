/** Many containers at once. 200 of them are in `test/heavy/networks.test.ts`. */
import { expect, test } from "bun:test";
import { CANNOT, manyAtOnce } from "./network-host.ts";

const reason = CANNOT === undefined ? "" : ` (${CANNOT})`;

test.skipIf(CANNOT !== undefined)(
  `30 containers started at once have addresses of their own, and nothing of them stays${reason}`,
  async () => {
    expect(await manyAtOnce(30)).toEqual({
      out: '"containers":30\n0\n60\n0\n0\nweb\n',
      err: "",
      status: 0,
    });
  },
  40_000,
);
