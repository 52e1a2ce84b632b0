import { deepEqual, equal, throws } from "node:assert/strict";
import { checkSupervision, restartPolicy } from "./supervision.ts";

const node = { id: "mic" };

Deno.test("checkSupervision() takes the three policies as they are", () => {
  for (const value of ["fail", "disable", { restart: {} }, { restart: { limit: 1, backoffMs: 0, keepState: true } }]) {
    equal(checkSupervision(value, node), value);
  }
});

Deno.test("checkSupervision() says what is wrong, and where", () => {
  const wanted = 'wanted "fail", "disable" or { "restart": { … } }';
  const cases: [value: unknown, key: string, message: string][] = [
    ["restart", "supervision", `"supervision" is "restart", ${wanted}`],
    [null, "supervision", `"supervision" is null, ${wanted}`],
    [{ restart: {}, more: 1 }, "supervision", `"supervision" is {"restart":{},"more":1}, ${wanted}`],
    [{ restart: 3 }, "supervision.restart", '"restart" is 3, wanted an object, which may be empty'],
    [
      { restart: { limits: 3 } },
      "supervision.restart.limits",
      'unknown key "limits" in "restart" (did you mean "limit"?); available: "limit", "windowSeconds", "backoffMs", "maxBackoffMs" and "keepState"',
    ],
    [
      { restart: { limit: 0 } },
      "supervision.restart.limit",
      '"limit" is 0, wanted a whole number from 1 to 1000000',
    ],
    [{ restart: { keepState: 1 } }, "supervision.restart.keepState", '"keepState" is 1, wanted true or false'],
  ];
  for (const [value, key, message] of cases) {
    throws(() => checkSupervision(value, node), {
      code: "InvalidConfig",
      nodeId: "mic",
      key,
      message: `Cannot supervise node "mic": ${message}`,
    });
  }
});

Deno.test("restartPolicy() fills in what is absent", () => {
  const rest = { windowSeconds: 60, backoffMs: 100, maxBackoffMs: 10_000 };
  deepEqual(restartPolicy({ limit: 2 }), { limit: 2, ...rest, keepState: false });
});
