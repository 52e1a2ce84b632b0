import assert from "node:assert/strict";
import { hostileValues } from "../tests/fixtures/hostile.ts";
import { SluiceError } from "./errors.ts";
import {
  configureLog,
  type LogEntry,
  logger,
  type LogSetting,
  nodeLog,
  parseLogSetting,
  relayLog,
  tapLog,
} from "./log.ts";
import { keepSecrets } from "./errors/redaction.ts";

const TEXT: LogSetting = { level: "debug", json: false };

function capture(setting: LogSetting, terminal: boolean, colors: boolean): string[] {
  const lines: string[] = [];
  configureLog({ setting, write: (line) => lines.push(line), terminal, colors });
  return lines;
}

Deno.test("parseLogSetting() reads a level, json, or both in any order", () => {
  assert.deepEqual(parseLogSetting(""), { level: "info", json: false });
  assert.deepEqual(parseLogSetting("debug"), { level: "debug", json: false });
  assert.deepEqual(parseLogSetting("json"), { level: "info", json: true });
  assert.deepEqual(parseLogSetting("WARN, json"), { level: "warn", json: true });
  assert.deepEqual(parseLogSetting("json,off"), { level: "off", json: true });
  assert.deepEqual(parseLogSetting("trace"), { level: "trace", json: false });
});

Deno.test("parseLogSetting() reads levels of parts and of nodes", () => {
  assert.deepEqual(parseLogSetting("lane=debug"), { level: "info", json: false, parts: { lane: "debug" } });
  assert.deepEqual(parseLogSetting("warn, Lane = TRACE,node:Gain=off,json"), {
    level: "warn",
    json: true,
    parts: { lane: "trace", "node:Gain": "off" },
  });
  for (
    const [text, said] of [
      ["lanes=debug", /there is no part "lanes"; available: .*"lane", .* and "node:\{id\}"$/],
      ["lane=loud", /wanted a level, part=level .* available: "trace", .* and "off"$/],
      ["lane=debug=info", /wanted a level/],
      ["lane=", /wanted a level/],
      ["=debug", /there is no part ""/],
      ["node:=debug", /there is no part "node:"/],
      ["node:a b=debug", /there is no part "node:a b"/],
      ["__proto__=debug", /there is no part "__proto__"/],
      ["node:__proto__=debug", /there is no part/],
    ] as const
  ) assert.throws(() => parseLogSetting(text), { code: "InvalidConfig", message: said }, text);
});

Deno.test("configureLog() shows each part, and each node, down to its own level", () => {
  const parts = { lane: "debug", node: "error", "node:gain": "trace", control: "off" } as const;
  const lines = capture({ level: "info", json: false, parts }, false, false);
  logger("lane").debug("1 shown");
  logger("lane").trace("hidden");
  logger("runtime").debug("hidden");
  logger("runtime").info("2 shown");
  logger("control").error("hidden");
  nodeLog("mixer").warn("hidden");
  nodeLog("mixer").error("3 shown");
  nodeLog("gain").trace("4 shown");
  assert.deepEqual(lines.map((line) => line.slice(13).trimEnd()), [
    "debug lane: 1 shown",
    "info  runtime: 2 shown",
    "error mixer: 3 shown",
    "trace gain: 4 shown",
  ]);
});

Deno.test("parseLogSetting() lists what is possible for an unknown word", () => {
  assert.throws(() => parseLogSetting("loud,json"), (error: unknown) => {
    assert.ok(error instanceof SluiceError);
    assert.equal(
      error.message,
      'Cannot set up logging: SLUICE_LOG is "loud,json", wanted a level, part=level and "json", with commas ' +
        'between; available: "trace", "debug", "info", "warn", "error", "off" and "json"',
    );
    assert.equal(error.isBadInput, true);
    return true;
  });
});

Deno.test("logger() writes one line with level, category, message and fields", () => {
  const lines = capture(TEXT, false, false);
  logger("lane").warn("ring full", { link: "a.audio", dropped: 3 });
  assert.equal(lines.length, 1);
  assert.match(lines[0], /^\d\d:\d\d:\d\d\.\d{3} warn {2}lane: ring full link="a\.audio" dropped=3\n$/);
});

Deno.test("nodeLog() names the node in text and in JSON", () => {
  const text = capture(TEXT, false, false);
  nodeLog("gain1").info("opened");
  assert.match(text[0], / info {2}gain1: opened\n$/);
  const json = capture({ level: "info", json: true }, false, false);
  nodeLog("gain1").error("broken", { error: new SluiceError("Busy", "Cannot wait"), at: NaN, big: 5n });
  const { time, ...rest } = JSON.parse(json[0]);
  assert.equal(new Date(time).toISOString(), time);
  assert.deepEqual(rest, {
    level: "error",
    category: "sluice.node",
    nodeId: "gain1",
    message: "broken",
    fields: { error: { name: "SluiceError", code: "Busy", message: "Cannot wait" }, at: "NaN", big: "5" },
  });
});

Deno.test("configureLog() hides records below its level, and all of them with off", () => {
  const lines = capture({ level: "warn", json: false }, false, false);
  logger("lane").info("hidden");
  logger("lane").warn("shown");
  assert.equal(lines.length, 1);
  const none = capture({ level: "off", json: false }, false, false);
  logger("lane").error("hidden");
  assert.deepEqual(none, []);
});

Deno.test("logger() takes braces in a message as they are and keeps control characters off the terminal", () => {
  const lines = capture(TEXT, false, false);
  logger("lane").info("a {b} \x1b[31m\nc", { b: 1 });
  assert.match(lines[0], / lane: a \{b\} \\x1b\[31m\\x0ac b=1\n$/);
});

Deno.test("logger() erases the line it stands in on a terminal, and colours only when told", () => {
  const plain = capture(TEXT, true, false);
  logger("lane").info("x");
  assert.ok(plain[0].startsWith("\r\x1b[2K"));
  assert.match(plain[0].slice(5), /^\d\d:.* info {2}lane: x\n$/);
  const coloured = capture(TEXT, true, true);
  logger("lane").info("x");
  assert.ok(coloured[0].includes("\x1b[36minfo \x1b[0m"));
});

Deno.test("logger() keeps control characters that JSON leaves as they are off the terminal, and out of no text", () => {
  const lines = capture({ level: "info", json: true }, false, false);
  logger("lane").info("a\x9b2J\x7f\u202e\x1b\0");
  // deno-lint-ignore no-control-regex -- control characters are what must not be there
  assert.doesNotMatch(lines[0].trimEnd(), /[\u0000-\u001f\u007f-\u009f\u202e]/);
  assert.equal(JSON.parse(lines[0]).message, "a\x9b2J\x7f\u202e\x1b\0");
});

for (const [what, make] of hostileValues) {
  Deno.test(`logger() takes ${what} as a field, as text and as JSON`, () => {
    for (const json of [false, true]) {
      const lines = capture({ level: "info", json }, false, false);
      logger("lane").info("x", { thrown: make(), deep: [make()] });
      assert.equal(lines.length, 1);
    }
  });
}

Deno.test("logger() survives fields that hold themselves", () => {
  const lines = capture(TEXT, false, false);
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  logger("lane").info("x", { loop });
  assert.equal(lines.length, 1);
  assert.ok(lines[0].includes("Circular"));
});

Deno.test("the text log escapes names of fields and nodes, and marks that turn the direction of writing", () => {
  const lines = capture(TEXT, false, false);
  nodeLog("a\nb").warn("x\u202ey\u2028z", { "k\x1b": 1 });
  assert.equal(lines[0].slice(13), "warn  a\\x0ab: x\\u{202e}y\\u{2028}z k\\x1b=1\n");
});

Deno.test("logger() names the node that a record is about, and does not fail where no line can be written", () => {
  const lines = capture({ level: "info", json: true }, false, false);
  logger("runtime").warn("late", { nodeId: "mic", byMs: 3 });
  const { time: _, ...rest } = JSON.parse(lines[0]);
  const fields = { byMs: 3 };
  assert.deepEqual(rest, { level: "warn", category: "sluice.runtime", nodeId: "mic", message: "late", fields });
  let tried = 0;
  configureLog({
    setting: TEXT,
    write() {
      tried++;
      throw new Deno.errors.PermissionDenied("full");
    },
  });
  logger("lane").error("x");
  assert.equal(tried, 1);
});

Deno.test("relayLog() takes our secrets out of lines of isolates that do not know them", () => {
  keepSecrets([{ value: "relayed-secret", reference: "${env:R}" }]);
  const told: LogEntry[] = [];
  const untap = tapLog((entry) => told.push(entry));
  const entry = { timeMs: 1, level: "warn", category: "node" } as const;
  relayLog({ ...entry, message: "a relayed-secret", fields: { deep: ["relayed-secret"] } });
  relayLog({ ...entry, message: "b" });
  untap();
  assert.deepEqual(told, [
    { ...entry, message: "a ${env:R}", fields: { deep: ["${env:R}"] } },
    { ...entry, message: "b" },
  ]);
});

Deno.test("logger() takes secrets out of messages and fields", () => {
  keepSecrets([{ value: "logged-secret", reference: "${env:L}" }]);
  for (const json of [false, true]) {
    const lines = capture({ level: "info", json }, false, false);
    logger("lane").info("logged-secret", { "logged-secret": ["logged-secret"], error: new Error("logged-secret") });
    assert.equal(lines[0].split("${env:L}").length - 1, 4, lines[0]);
    assert.ok(!lines[0].includes("logged-secret"));
  }
});
