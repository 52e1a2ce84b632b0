/** @module A form for a node's parameters, made from its schema: live ones can be changed, the others are shown. */
import type { JSX } from "preact";
import type { NodeDetail } from "../../../control/schemas/graph.ts";
import { Section } from "../../components/section.tsx";
import { configFields } from "../../model/config_fields.ts";
import { answered } from "../../state/detail.ts";
import { ConfigField } from "./config_field.tsx";

export function ConfigForm({ detail }: { readonly detail: NodeDetail }): JSX.Element | null {
  const fields = configFields(detail.type.config);
  if (fields.length === 0) return null;
  const live = fields.filter((field) => field.live);
  const fixed = fields.filter((field) => !field.live);
  const waits = live.length > 0 && detail.settable.length === 0;
  return (
    <>
      {live.length > 0 && (
        <Section title="Live parameters">
          {waits && <p class="soft">They can be changed while the graph runs</p>}
          <form class="fields" onSubmit={(event) => event.preventDefault()}>
            {live.map((field) => (
              <ConfigField
                key={field.key}
                node={detail.node.id}
                field={field}
                value={detail.config[field.key] ?? field.default}
                answered={answered.value}
                disabled={!detail.settable.includes(field.key)}
              />
            ))}
          </form>
        </Section>
      )}
      {fixed.length > 0 && (
        <Section title="Fixed parameters" open={live.length === 0}>
          <dl class="figures fixed">
            {fixed.map(({ key, doc, unit, default: standard }) => (
              <div key={key} title={doc}>
                <dt>{key}</dt>
                <dd class="clip">
                  {showValue(detail.config[key] ?? standard)}
                  {unit !== "" && <span class="soft">{unit}</span>}
                </dd>
              </div>
            ))}
          </dl>
        </Section>
      )}
    </>
  );
}

function showValue(value: unknown): string {
  if (value === undefined) return "–";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
