/** @module Forms for a node's parameters, made from its schema: live ones, and those that restart the node. */
import type { JSX } from "preact";
import type { NodeDetail } from "../../../control/schemas/graph.ts";
import { Section } from "../../components/section.tsx";
import { configFields, type Field } from "../../model/config_fields.ts";
import { answered } from "../../state/detail.ts";
import { graph, graphState, status } from "../../state/live.ts";
import { ConfigField } from "./config_field.tsx";

/** States in which nothing runs, and any value can be changed. */
const AT_REST: readonly unknown[] = ["building", "completed", "stopped", "failed"];

/** States in which a value that is not live restarts the node. */
const RUNS: readonly unknown[] = ["running", "paused"];

export function ConfigForm({ detail }: { readonly detail: NodeDetail }): JSX.Element | null {
  const fields = configFields(detail.type.config);
  if (fields.length === 0) return null;
  const live = fields.filter((field) => field.live);
  const fixed = fields.filter((field) => !field.live);
  const rests = status.value === "open" && AT_REST.includes(graphState.value);
  const canEdit = rests || status.value === "open" && RUNS.includes(graphState.value);
  const isFixed = graph.value?.locked === true;
  const isLocked = isFixed || detail.node.locked !== undefined;
  const waits = live.length > 0 && detail.settable.length === 0 && !rests;
  return (
    <>
      {live.length > 0 && (
        <Section title="Live parameters">
          {waits && <p class="soft">They can be changed while the graph runs</p>}
          <Fields
            detail={detail}
            fields={live}
            isOff={(key) => isFixed || !rests && !detail.settable.includes(key)}
          />
        </Section>
      )}
      {fixed.length > 0 && (
        <Section title="Parameters that restart the node" open={live.length === 0}>
          <Fields detail={detail} fields={fixed} isOff={() => !canEdit || isLocked} />
        </Section>
      )}
    </>
  );
}

interface FieldsProps {
  readonly detail: NodeDetail;
  readonly fields: readonly Field[];
  isOff(key: string): boolean;
}

function Fields({ detail, fields, isOff }: FieldsProps): JSX.Element {
  return (
    <form class="fields" onSubmit={(event) => event.preventDefault()}>
      {fields.map((field) => (
        <ConfigField
          key={field.key}
          node={detail.node.id}
          field={field}
          value={detail.config[field.key] ?? field.default}
          answered={answered.value}
          disabled={isOff(field.key)}
        />
      ))}
    </form>
  );
}
