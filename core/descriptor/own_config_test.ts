import assert from "node:assert/strict";
import { fixture } from "../../tests/fixtures/define.ts";
import { ProcessorHarness } from "../../testing/harness.ts";
import { Runtime } from "../runtime.ts";
import { SluiceError } from "../errors.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { definePackage } from "../registry/node_type.ts";

const node = fixture(() => ({ process: () => {} }), {
  type: "dial",
  ports: [],
  mode: "loop",
  config: {
    type: "object",
    properties: { turn: { type: "number", default: 0, "x-live": true } },
    required: [],
    additionalProperties: false,
  },
} as never);
const registry = new NodeRegistry([definePackage({ name: "p", url: "", nodes: [node], sources: {} })]);

const inherited = Object.create({ turn: 3 });
const throwing = {
  get turn(): number {
    throw new RangeError("no turn today");
  },
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();

/** What is given, and what is said of it. */
const WRONG: readonly (readonly [unknown, string])[] = [
  [null, "the configuration is null"],
  [[], "the configuration is a list"],
  [[3], "the configuration is a list"],
  [5, "the configuration is a number"],
  ["turn", "the configuration is a string"],
  [true, "the configuration is a boolean"],
  [() => 3, "the configuration is a function"],
  [new Map([["turn", 3]]), "the configuration is an instance of Map"],
  [new Date(0), "the configuration is an instance of Date"],
  [inherited, "the configuration is an object that inherits keys"],
  [{ [Symbol("turn")]: 3 }, "found the key Symbol(turn), wanted keys that are text"],
  [throwing, '"turn" cannot be read: no turn today'],
  [revoked.proxy, "the configuration cannot be read: "],
];

Deno.test("Runtime.add(), addByType() and edits refuse a configuration that is no plain object", async () => {
  await using runtime = new Runtime({ native: "off", registry });
  const there = runtime.add(node({ turn: 1 }), { id: "there" });
  for (const [given, found] of WRONG) {
    const refused = (id: string) => (error: unknown) => {
      assert.ok(error instanceof SluiceError, String(error));
      assert.equal(error.code, "InvalidConfig");
      assert.ok(error.message.startsWith(`Cannot configure node "${id}" (dial): ${found}`), error.message);
      if (found.startsWith("the configuration is")) {
        assert.match(error.message, /, wanted a plain object of keys and values$/);
      }
      return true;
    };
    assert.throws(() => runtime.add(node(given as never)), refused("dial"));
    assert.throws(() => runtime.addByType("dial", given as never), refused("dial"));
    await assert.rejects(runtime.edit((edit) => edit.add(node(given as never))), refused("dial"));
    await assert.rejects(runtime.edit((edit) => edit.replace(there.id, node(given as never))), refused("there"));
    await assert.rejects(runtime.edit((edit) => edit.reconfigure(there.id, given as never)), refused("there"));
    await assert.rejects(ProcessorHarness.create(node(given as never)), refused("node"));
  }
  assert.deepEqual(Object.keys(runtime.graph().nodes), ["there"]);
});

Deno.test("Runtime.add() takes plain objects with and without a prototype, and copies them", async () => {
  await using runtime = new Runtime({ native: "off" });
  const bare = Object.assign(Object.create(null), { turn: 2 });
  let turn = 3;
  const given = {
    get turn(): number {
      return turn;
    },
  };
  runtime.add(node(bare), { id: "a" });
  runtime.add(node(given), { id: "b" });
  runtime.add(node(), { id: "c" });
  turn = bare.turn = 4;
  const configs = Object.values(runtime.graph().nodes).map(({ config }) => config);
  assert.deepEqual(configs, [{ turn: 2 }, { turn: 3 }, {}]);
});

Deno.test("Runtime.add() refuses a key __proto__ instead of taking what it holds", async () => {
  await using runtime = new Runtime({ native: "off" });
  assert.throws(() => runtime.add(node(JSON.parse('{ "__proto__": { "turn": 3 } }'))), {
    code: "InvalidConfig",
    message: /unknown key "__proto__"/,
  });
});

Deno.test("Runtime.add() and edits refuse what is no node", async () => {
  await using runtime = new Runtime({ native: "off" });
  const wanted = "wanted a node type with its configuration, such as nodes.gain({ gainDb: 3 })";
  for (
    const [given, found] of [
      [null, "null"],
      [undefined, "undefined"],
      [{}, "an object"],
      ["dial", "a string"],
      [node, 'the node type "dial" itself'],
    ]
  ) {
    const refused = { code: "InvalidGraph", message: `Cannot add a node: found ${found}, ${wanted}` };
    assert.throws(() => runtime.add(given as never), refused);
    await assert.rejects(runtime.edit((edit) => edit.add(given as never)), refused);
  }
});
