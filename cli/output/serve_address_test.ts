import { deepEqual, ok, throws } from "node:assert/strict";
import { joinServe, readServeAddress, SERVE_PATTERN } from "./serve_address.ts";

Deno.test("readServeAddress() reads what --serve may be given", () => {
  const wanted = {
    "auto": {},
    "4840": { port: 4840 },
    "0.0.0.0:4840": { hostname: "0.0.0.0", port: 4840 },
    "studio.local:80": { hostname: "studio.local", port: 80 },
    "[::]:4840": { hostname: "::", port: 4840 },
    "[fe80::1]:1": { hostname: "fe80::1", port: 1 },
  };
  for (const [text, address] of Object.entries(wanted)) {
    ok(SERVE_PATTERN.test(text), text);
    deepEqual(readServeAddress(text), address, text);
  }
  for (const text of ["", "x", ":80", "a:b", "::1:80", "http://a:80", "a:80/", "a b:80", "[x]:80"]) {
    ok(!SERVE_PATTERN.test(text), text);
  }
});

Deno.test("readServeAddress() refuses a port that does not exist", () => {
  for (const text of ["0", "65536", "localhost:0", "[::]:99999"]) {
    throws(() => readServeAddress(text), /^SluiceError: Cannot serve on port \d+: wanted 1 to 65535$/);
  }
});

Deno.test("joinServe() joins --serve with its value, written in either way, and with no other word", () => {
  const table: [string, string][] = [
    ["run --serve 4900 g.json", "run --serve=4900 g.json"],
    ["run g.json --serve 4900", "run g.json --serve=4900"],
    ["run --serve=4900 g.json", "run --serve=4900 g.json"],
    ["run --serve localhost:4900 g.json", "run --serve=localhost:4900 g.json"],
    ["run --serve [::]:4900 g.json", "run --serve=[::]:4900 g.json"],
    ["run --serve 0.0.0.0:99999 g.json", "run --serve=0.0.0.0:99999 g.json"],
    ["run --serve localhost g.json", "run --serve=localhost g.json"],
    ["run --serve 192.168.0.7 g.json", "run --serve=192.168.0.7 g.json"],
    ["run --serve g.json", "run --serve=auto g.json"],
    ["run --serve 4g.json --watch", "run --serve=auto 4g.json --watch"],
    ["run g.json --serve", "run g.json --serve=auto"],
    ["run g.json --serve --watch", "run g.json --serve=auto --watch"],
    ["run --serve 1 --serve 2", "run --serve=1 --serve=2"],
    ["run -- --serve 4900", "run -- --serve 4900"],
    ["run g.json", "run g.json"],
  ];
  for (const [given, joined] of table) deepEqual(joinServe(given.split(" ")), joined.split(" "));
});
