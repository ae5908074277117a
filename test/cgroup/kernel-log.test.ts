/** What the kernel logs of a kill for want of memory. */
import { expect, test } from "bun:test";
import { parseKill } from "../../src/runtime/limits/kernel-log.ts";

test("a kill at the limit of a group names the process, its group and whose limit it was", () => {
  const line =
    "6,1234,99,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/a,task_memcg=/a/b,task=python3,pid=42,uid=0\n";
  expect(parseKill(line)).toEqual({ task: "python3", pid: 42, limited: "/a", group: "/a/b" });
});

test("a kill where the machine has no memory left has no limit", () => {
  const line =
    "6,1,2,-;oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/a/b,task=x,pid=42,uid=0\n";
  expect(parseKill(line)).toMatchObject({ limited: undefined, group: "/a/b" });
});

test("a process that is called like a field does not pass for one", () => {
  const line =
    "6,1,2,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/a,task_memcg=/a,task=x,pid=1,pid=42,uid=0\n";
  expect(parseKill(line)).toEqual({ task: "x,pid=1", pid: 42, limited: "/a", group: "/a" });
});

test("other lines are none", () => {
  expect(parseKill("6,1,2,-;usb 1-1: new device\n")).toBeUndefined();
});
