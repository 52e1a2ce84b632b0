/**
 * Topics of scripts, with schemas for their data.
 *
 * @module
 */
import { describeName, describeValue } from "../errors/describe_value.ts";
import { kindOf } from "../errors/kind_of.ts";
import { copyAsJson, MAX_EVENT_DATA } from "../errors/json_copy.ts";
import { SluiceError } from "../errors.ts";
import { assertOwnTopic } from "./topics.ts";

/**
 * A schema that follows Standard Schema, version 1 (standardschema.dev), as those of Zod, Valibot, ArkType and others
 * do.
 */
export interface EventSchema<Input, Output = Input> {
  /** The schema: `validate` returns `value`, or `issues` that describe the faults; a promise of them is refused. */
  readonly "~standard": {
    readonly version: 1;
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

interface Outcome {
  readonly value?: unknown;
  readonly issues?: unknown;
}

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The schemas of one bus. */
export class OwnTopics {
  readonly #schemas = new Map<string, EventSchema<unknown>>();

  /** @throws as {@linkcode EventBus.define} */
  define(topic: string, schema: EventSchema<unknown>): void {
    assertOwnTopic(topic);
    const known = this.#schemas.get(topic);
    if (known !== undefined && known !== schema) {
      throw new SluiceError("InvalidConfig", `Cannot define ${describeName(topic)}: it has another schema already`);
    }
    if (typeof schema?.["~standard"]?.validate !== "function") {
      throw new SluiceError(
        "InvalidConfig",
        `Cannot define ${describeName(topic)}: ${describeValue(schema)} is no schema as of Standard Schema`,
      );
    }
    this.#schemas.set(topic, schema);
  }

  /**
   * Returns the data for subscribers: a copy of the output of the topic's schema.
   *
   * @throws as {@linkcode EventBus.emit}
   */
  read(topic: string, data: unknown): unknown {
    const failed = `Cannot emit on "${topic}"`;
    const schema = this.#schemas.get(topic);
    return copyAsJson(schema === undefined ? data : validate(schema, data, failed), failed, MAX_EVENT_DATA);
  }
}

function validate(schema: EventSchema<unknown>, data: unknown, failed: string): unknown {
  const outcome = schema["~standard"].validate(data);
  if (outcome instanceof Promise) {
    outcome.catch(() => {});
    throw new TypeError(`${failed}: its schema is asynchronous`);
  }
  const { value, issues } = Object(outcome) as Outcome;
  if (issues === undefined && "value" in Object(outcome)) return value;
  if (!Array.isArray(issues)) {
    throw new TypeError(`${failed}: its schema gave ${kindOf(outcome)}, wanted an object with "value" or "issues"`);
  }
  const [{ message, path = [] } = { message: "it does not fit" }]: readonly Issue[] = issues;
  const at = path.map((each) => `.${String(typeof each === "object" ? each.key : each)}`).join("");
  throw new SluiceError("InvalidConfig", `${failed}: data${at}: ${message}`);
}
