import { equal, ok, throws } from "node:assert/strict";
import { assertOwnTopic, parsePattern } from "./topics.ts";

Deno.test("parsePattern() fits topics as their parts lie, in order and without overlap", () => {
  for (
    const [pattern, topic, fits] of [
      ["*", "runtime", true],
      ["run*", "runtime", true],
      ["*me", "runtime", true],
      ["r*t*e", "runtime", true],
      ["runtime*", "runtime", true],
      ["node:*", "node:a", true],
      ["node:*", "nodes:a", false],
      ["node:ab*ba", "node:aba", false],
      ["node:ab*ba", "node:abba", true],
      ["node:*a*", "node:bcd", false],
      ["node:*ab*ab*", "node:xabxabx", true],
      ["node:*ab*ab*", "node:xabx", false],
      ["node:a*bc*c", "node:abc", false],
      ["node:a*bc*c", "node:abcc", true],
      ["node:**a", "node:a", true],
      ["*:*-in", "link:mic-in", true],
    ] as const
  ) equal(parsePattern(pattern)(topic), fits, `${pattern} ${topic}`);
});

Deno.test("parsePattern() takes patterns of the longest id, and of ids that are longer than what they say", () => {
  const longest = "a".repeat(64);
  for (const pattern of [`node:${longest}`, `node:*${longest}*`, "node:__proto__*", "node:*__proto__"]) {
    const id = pattern.includes("a") ? longest : "__proto__";
    ok(parsePattern(pattern)(`node:${id}`), pattern);
  }
});

Deno.test("parsePattern() searches a topic once for each part at most, however many places there are", () => {
  const text = `node:${"a".repeat(44)}`;
  let searches = 0;
  const topic = {
    length: text.length,
    startsWith: (part: string) => text.startsWith(part),
    endsWith: (part: string) => text.endsWith(part),
    indexOf(part: string, from: number): number {
      searches++;
      return text.indexOf(part, from);
    },
    toString(): string {
      throw new Error("handed on as a whole, to be searched in another way");
    },
  };
  const fits = parsePattern(`node:${"*a".repeat(22)}*x*`);
  equal(fits(topic as unknown as string), false);
  equal(searches, 23);
});

Deno.test("parsePattern() refuses what is no text, whatever it is", () => {
  const found = [1n, Symbol("x"), Object.create(null), { toString: () => "*" }, undefined];
  for (const each of found) throws(() => parsePattern(each as string), { code: "InvalidConfig" });
  throws(() => parsePattern(1n as unknown as string), { message: /^Cannot subscribe to 1n: there is no such topic;/ });
});

Deno.test("parsePattern() refuses what no topic can fit", () => {
  for (
    const pattern of [
      "node:?",
      "node:*:x",
      "node:*:*",
      "node:a.c*",
      "node:7*",
      "node:-a",
      "node:",
      "*:",
      "x*:a",
      "x*",
      "*.wav",
      "run*runtime",
      "runtime:*",
      "nodes:a",
      "Lane:*",
      "sluice:x",
      "my",
      "my:",
      ":my",
      "my:a.b",
      "my:7",
      "m*:topic",
      "my:__proto__",
      `my:${"a".repeat(65)}`,
      "no de:a",
      "node:__proto__",
      `node:${"a".repeat(65)}`,
      `*${"a".repeat(60)}*${"b".repeat(60)}`,
    ]
  ) throws(() => parsePattern(pattern), { code: "InvalidConfig" }, pattern);
  throws(() => parsePattern("node:?"), {
    message:
      'Cannot subscribe to "node:?": there is no such topic (an id has letters, digits, "_" and "-", and no digit ' +
      'or "-" first); topics: "runtime", "graph", "plugin", "error", "node:*", "link:*", "lane:*", "my:topic" and "*"',
  });
  for (
    const [pattern, topic] of [
      ["*7", "lane:dsp-7"],
      ["n*:a*", "node:a"],
      ["*", "error"],
      ["*de:_*", "node:_"],
      ["*:*n*", "link:link1"],
      ["l*-in", "lane:mic-in"],
      ["my:topic", "my:topic"],
      ["my:*", "my:topic:part"],
      ["my:*:p*t", "my:topic:part"],
      ["*", "my:topic"],
    ]
  ) ok(parsePattern(pattern)(topic), pattern);
});

Deno.test("assertOwnTopic() takes topics of one's own, and says why another is none", () => {
  for (const topic of ["my:topic", "a:b:c-d", `${"a".repeat(64)}:b`]) assertOwnTopic(topic);
  for (
    const [topic, why] of [
      ["topic", /Cannot emit on "topic": wanted two or more ids with colons between, such as "my:topic"$/],
      ["node:gain", /topics that begin with "node:" are the runtime's own$/],
      ["Nodes:gain", /topics that begin with "Nodes:" are/],
      ["a:b".repeat(50), /wanted two or more/],
      ["a:*", /wanted/],
      ["a::b", /wanted/],
      [undefined, /Cannot emit on undefined: wanted/],
      [7, /Cannot emit on 7: wanted/],
    ] as const
  ) throws(() => assertOwnTopic(topic), { code: "InvalidConfig", message: why }, String(topic));
});
