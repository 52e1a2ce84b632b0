/** @module One live parameter: a label, the control that fits its kind, its range, and what was wrong with a value. */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useMemo } from "preact/hooks";
import type { MethodParams, MethodResult } from "../../../control/schemas/methods.ts";
import {
  describeRange,
  type Field,
  type NumberField,
  parseField,
  sliderPlace,
  sliderValue,
} from "../../model/config_fields.ts";
import { LatestSender } from "../../model/latest_sender.ts";
import { lastQuestion } from "../../state/detail.ts";
import { BY, EDIT_TIMEOUT_MS } from "../../state/edit.ts";
import { client } from "../../state/live.ts";

type Json = MethodParams<"node.setConfig">["value"];

interface FieldProps {
  /** Id of the node. */
  readonly node: string;
  readonly field: Field;
  /** What the node has, by the newest answer. */
  readonly value: unknown;
  /** Which question that answers. */
  readonly answered: number;
  readonly disabled: boolean;
}

/** A value that the node has taken, and the newest question that was asked by then. */
interface Taken {
  readonly value: Json;
  readonly question: number;
}

/** What a control needs. */
interface ControlProps<F extends Field = Field> {
  readonly id: string;
  readonly field: F;
  readonly text: string;
  /** The number that a slider stands at: of what is typed if that can be taken, and otherwise what the node has. */
  readonly number: number;
  /**
   * What stands in the form was not taken: shows what the node has again, and says so.
   *
   * @returns whether there was any
   */
  restore(): boolean;
  readonly disabled: boolean;
  readonly invalid: boolean;
  readonly describedBy: string;
  /** Takes what a person is typing, which counts when they are done. */
  type(text: string): void;
  /** Takes what a person chose. */
  change(text: string): void;
  /** Takes what a person chose by a slider. */
  slide(value: number): void;
}

export function ConfigField({ node, field, value: told, answered, disabled }: FieldProps): JSX.Element {
  const id = useId();
  // What is typed stands here until the node has it, or refuses it.
  const draft = useSignal<string | undefined>(undefined);
  const typing = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  // What the node has taken, until an answer tells what it has since then.
  const taken = useSignal<Taken | undefined>(undefined);
  const sender = useMemo(() => makeSender(node, field.key, draft, taken, problem), [node, field.key]);
  const value = taken.value === undefined ? told : taken.value.value;
  const giveUpDraft = () => {
    if (!sender.busy && !typing.peek() && problem.peek() === undefined) draft.value = undefined;
  };
  useEffect(giveUpDraft, [told]);
  useEffect(() => {
    if (taken.peek() === undefined || answered <= taken.peek()!.question) return;
    taken.value = undefined;
    giveUpDraft();
  }, [answered]);
  const text = draft.value ?? textOf(field, value);
  const send = (next: unknown) => void sender.push(next as Json);
  const control: ControlProps = {
    id,
    field,
    text,
    number: numberOf(field, draft.value, value),
    disabled,
    invalid: problem.value !== undefined,
    describedBy: `${id}-help`,
    type(next) {
      typing.value = true;
      draft.value = next;
    },
    change(next) {
      typing.value = false;
      draft.value = next;
      const parsed = parseField(field, next);
      problem.value = "problem" in parsed ? `${parsed.problem}; ${inForce(field, value)}` : undefined;
      if ("value" in parsed) send(parsed.value);
    },
    restore() {
      if (draft.value === undefined || sender.busy) return false;
      const wasTyping = typing.peek();
      const refused = problem.value !== undefined || "problem" in parseField(field, draft.value);
      typing.value = false;
      draft.value = undefined;
      if (refused) problem.value ??= inForce(field, value);
      return wasTyping || refused;
    },
    slide(next) {
      draft.value = String(next);
      problem.value = undefined;
      send(next);
    },
  };
  const range = field.kind === "number" ? describeRange(field) : "";
  return (
    <div class="field" data-key={field.key}>
      <label for={id}>
        {field.key}
        {field.unit !== "" && <span class="soft">{field.unit}</span>}
      </label>
      <FieldControl {...control} />
      <p id={`${id}-help`} class="field-help soft">
        {field.deprecated && "Deprecated. "}
        {field.doc}
        {range !== "" && ` (${range})`}
      </p>
      {problem.value !== undefined && <p class="field-problem" role="alert">{problem.value}</p>}
    </div>
  );
}

function FieldControl(props: ControlProps): JSX.Element {
  const { field, id, text, disabled, type, change, restore, invalid, describedBy } = props;
  const common: CommonProps = {
    id,
    disabled,
    "aria-describedby": describedBy,
    "aria-invalid": invalid,
    onBlur: () => void restore(),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === "Escape" && restore()) event.stopPropagation();
    },
  };
  switch (field.kind) {
    case "number":
      return <NumberControl {...props as ControlProps<NumberField>} common={common} />;
    case "switch":
      return (
        <input
          {...common}
          type="checkbox"
          role="switch"
          checked={text === "true"}
          onChange={({ currentTarget }) => change(String(currentTarget.checked))}
        />
      );
    case "choice":
      return (
        <select {...common} value={text} onChange={({ currentTarget }) => change(currentTarget.value)}>
          {field.choices.map((choice) => <option key={String(choice)} value={String(choice)}>{String(choice)}</option>)}
        </select>
      );
    case "text":
      return (
        <input
          {...common}
          type="text"
          value={text}
          onInput={({ currentTarget }) => type(currentTarget.value)}
          onChange={({ currentTarget }) => change(currentTarget.value)}
        />
      );
    case "json":
      return (
        <textarea
          {...common}
          rows={3}
          value={text}
          onInput={({ currentTarget }) => type(currentTarget.value)}
          onChange={({ currentTarget }) => change(currentTarget.value)}
        />
      );
  }
}

/** What every control has, and what it does when it is left or given up. */
interface CommonProps {
  readonly id: string;
  readonly disabled: boolean;
  readonly "aria-describedby": string;
  readonly "aria-invalid": boolean;
  onBlur(): void;
  onKeyDown(event: KeyboardEvent): void;
}

/** A number; with a slider beside it where both ends are known. */
function NumberControl(
  props: ControlProps<NumberField> & { readonly common: CommonProps },
): JSX.Element {
  const { field, text, number, disabled, type, change, slide, common } = props;
  const { slider } = field;
  return (
    <span class="number-control">
      {slider !== undefined && Number.isFinite(number) && (
        <input
          type="range"
          aria-label={`${field.key}, slider`}
          aria-valuetext={`${number} ${field.unit}`}
          min={0}
          max={slider.places}
          step={1}
          disabled={disabled}
          value={sliderPlace(field, number)}
          onInput={({ currentTarget }) => field.live && slide(sliderValue(field, Number(currentTarget.value)))}
          onChange={({ currentTarget }) => field.live || slide(sliderValue(field, Number(currentTarget.value)))}
        />
      )}
      <input
        {...common}
        class="number-input"
        type="text"
        inputMode="decimal"
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => type(currentTarget.value)}
        onChange={({ currentTarget }) => change(currentTarget.value)}
      />
    </span>
  );
}

function makeSender(
  node: string,
  key: string,
  draft: Signal<string | undefined>,
  taken: Signal<Taken | undefined>,
  problem: Signal<string | undefined>,
): LatestSender<Json, MethodResult<"node.setConfig">> {
  return new LatestSender<Json, MethodResult<"node.setConfig">>(
    (value) => client.call("node.setConfig", { node, key, value, by: BY }, EDIT_TIMEOUT_MS),
    ({ value }) => {
      problem.value = undefined;
      taken.value = { value: value as Json, question: lastQuestion() };
    },
    (error) => {
      problem.value = `${error.message}; it keeps the value it has`;
      draft.value = undefined;
    },
  );
}

function numberOf(field: Field, draft: string | undefined, value: unknown): number {
  const typed = draft === undefined ? undefined : parseField(field, draft);
  const number = typed !== undefined && "value" in typed ? typed.value : value;
  return typeof number === "number" ? number : NaN;
}

/** `gainDb is -20 dB`. */
function inForce(field: Field, value: unknown): string {
  if (value === undefined) return `${field.key} has no value`;
  return `${field.key} is ${textOf(field, value)}${
    field.unit === "" || typeof value !== "number" ? "" : ` ${field.unit}`
  }`;
}

function textOf(field: Field, value: unknown): string {
  if (value === undefined) return "";
  return field.kind === "json" ? JSON.stringify(value) : String(value);
}
