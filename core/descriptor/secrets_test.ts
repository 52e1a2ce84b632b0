import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { checkConfig } from "./config_check.ts";
import { deserializeError, serializeError, SluiceError } from "../errors.ts";
import { followSecrets, keepSecrets, redact, redactValue } from "../errors/redaction.ts";
import type { ConfigObjectSchema, NodeDescriptor } from "./descriptor.ts";
import { resolveSecrets, resolveText } from "./secrets.ts";

const CONFIG: ConfigObjectSchema = {
  type: "object",
  properties: {
    url: { type: "string", pattern: "^rtmp://" },
    mode: { enum: ["fast", "slow"] },
    gainDb: { type: "number" },
    headers: { type: "array", items: { type: "object", properties: { value: { type: "string", maxLength: 40 } } } },
  },
  required: [],
  additionalProperties: false,
} as unknown as ConfigObjectSchema;
const STREAM = { type: "stream", config: CONFIG } as unknown as NodeDescriptor;
Deno.env.set("SLUICE_TEST_KEY", "p4ss$&word");
Deno.env.set("SLUICE_TEST_LONGER", "p4ss$&word-and-more");
Deno.env.set("SLUICE_TEST_MODE", "fast");

Deno.test("resolveSecrets() puts variables into texts at any depth, and leaves the configuration as it was", () => {
  const config = {
    url: "rtmp://host/${env:SLUICE_TEST_KEY}/${env:SLUICE_TEST_KEY}",
    mode: "${env:SLUICE_TEST_MODE}",
    headers: [{ value: "plain" }, { value: "a $${env:X} b" }, { value: "Bearer ${env:SLUICE_TEST_LONGER}" }],
  };
  const before = structuredClone(config);
  deepEqual(resolveSecrets(STREAM, "s", config).config, {
    url: "rtmp://host/p4ss$&word/p4ss$&word",
    mode: "fast",
    headers: [{ value: "plain" }, { value: "a ${env:X} b" }, { value: "Bearer p4ss$&word-and-more" }],
  });
  deepEqual(config, before);
});

Deno.test("resolveSecrets() resolves only the keys that change", () => {
  const whole = { url: "rtmp://${env:SLUICE_TEST_KEY}", gainDb: 1 };
  deepEqual(resolveSecrets(STREAM, "s", { gainDb: 2 }, whole).config, { gainDb: 2 });
});

for (
  const [what, config, message] of [
    [
      "a variable that is not set",
      { url: "${env:SLUICE_TEST_NOT_THERE}" },
      'Cannot configure node "s" (stream): "url" refers to environment variable "SLUICE_TEST_NOT_THERE", which is not set',
    ],
    [
      "what is no name",
      { headers: [{ value: "${env:a-b}" }] },
      'Cannot configure node "s" (stream): "headers.0.value" refers to environment variable "a-b", wanted a name of ' +
      'letters, digits and "_", as in ${env:API_KEY}',
    ],
    [
      "a value that the node does not take, without telling it",
      { url: "${env:SLUICE_TEST_KEY}" },
      'Cannot configure node "s" (stream): "url" does not fit with the environment\'s value in it, wanted a string ' +
      "matching /^rtmp:///",
    ],
  ] as const
) {
  Deno.test(`resolveSecrets() refuses ${what}`, () => {
    throws(() => resolveSecrets(STREAM, "s", config), { code: "InvalidConfig", nodeId: "s", message });
  });
}

Deno.test("checkConfig() takes references where a text is wanted, and nowhere else", () => {
  deepEqual(checkConfig(CONFIG, { url: "${env:X}", mode: "${env:Y}" }, "x"), []);
  deepEqual(checkConfig(CONFIG, { gainDb: "${env:X}" }, "x").map(({ key }) => key), ["gainDb"]);
  deepEqual(checkConfig(CONFIG, { url: "http://x" }, "x").map(({ key }) => key), ["url"]);
});

Deno.test("redact() takes the longest secret first, out of texts, values and errors", () => {
  resolveText("${env:SLUICE_TEST_KEY} ${env:SLUICE_TEST_LONGER}");
  equal(redact("x p4ss$&word-and-more p4ss$&word"), "x ${env:SLUICE_TEST_LONGER} ${env:SLUICE_TEST_KEY}");
  const ring: Record<string, unknown> = { deep: [{ "p4ss$&word": new Error("p4ss$&word") }], n: 1 };
  ring.self = ring;
  const shown = redactValue(ring) as typeof ring;
  deepEqual(shown.deep, [{ "${env:SLUICE_TEST_KEY}": { name: "Error", message: "${env:SLUICE_TEST_KEY}" } }]);
  const wire = serializeError(new SluiceError("NodeFailed", "no p4ss$&word", { nodeId: "s" }));
  equal(wire.message, "no ${env:SLUICE_TEST_KEY}");
  equal(wire.stack?.includes("p4ss"), false);
  equal(deserializeError({ ...wire, message: "p4ss$&word" }).message, "${env:SLUICE_TEST_KEY}");
});

Deno.test("redact() takes secrets out of texts that quote them as JSON does", () => {
  const value = 'a "quoted"\\path\n\u0001é';
  keepSecrets([{ value, reference: "${env:Q}" }]);
  const quoted = JSON.stringify({ path: [value] });
  equal(redact(`no ${JSON.stringify(value)} ${quoted} ${value}`), 'no "${env:Q}" {"path":["${env:Q}"]} ${env:Q}');
});

Deno.test("followSecrets() tells of the secrets that are known, and of new ones until it is ended", () => {
  keepSecrets([{ value: "followed-1", reference: "${env:F1}" }]);
  const told: string[] = [];
  const end = followSecrets((secrets) => told.push(...secrets.map(({ value }) => value)));
  ok(told.includes("followed-1"));
  told.length = 0;
  const more = [{ value: "followed-2", reference: "${env:F2}" }, { value: "abc", reference: "${env:SHORT}" }];
  keepSecrets(more);
  keepSecrets(more);
  deepEqual(told, ["followed-2"]);
  end();
  keepSecrets([{ value: "followed-3", reference: "${env:F3}" }]);
  deepEqual(told, ["followed-2"]);
});
