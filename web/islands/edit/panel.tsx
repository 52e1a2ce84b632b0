/** @module The panel over the graph: a list that words narrow down, or a form of a few values. */
import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "../../components/icon.tsx";
import { describeRange, type Field, parseField } from "../../model/config_fields.ts";
import { type PickItem, pickItems } from "../../model/edit/pick.ts";
import { focusView } from "../../state/focus.ts";
import { editing } from "../../state/edit.ts";
import { closePanel, type FormPanel, type ListPanel, panel } from "../../state/panel.ts";
import { dragType } from "./drag_type.ts";

const query = signal("");
const active = signal(0);
const problem = signal("");

const found = computed<readonly PickItem[]>(() =>
  panel.value?.kind === "list" ? pickItems(panel.value.items(), query.value) : []
);

export function EditPanel(): JSX.Element | null {
  const now = panel.value;
  useLayoutEffect(() => {
    query.value = "";
    active.value = 0;
    problem.value = "";
  }, [now]);
  if (now === undefined) return null;
  const close = () => {
    closePanel();
    focusView();
  };
  return (
    <section
      class="edit-panel"
      role="dialog"
      aria-labelledby="edit-panel-title"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <header>
        <h2 id="edit-panel-title" class="clip grow">
          <bdi>{now.title}</bdi>
        </h2>
        <button type="button" class="plain icon" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {now.kind === "list" ? <List key={now.title} now={now} /> : <Form key={now.title} now={now} />}
      {problem.value !== "" && <p class="field-problem" role="alert">{problem.value}</p>}
    </section>
  );
}

function List({ now }: { readonly now: ListPanel }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => input.current?.focus(), []);
  const items = found.value;
  const current = Math.min(active.value, items.length - 1);
  useEffect(() => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }), [
    current,
    items,
  ]);
  const free = now.free === true && query.value.trim() !== "" && !items.some(({ key }) => key === query.value.trim());
  return (
    <>
      <input
        ref={input}
        type="search"
        class="search-input"
        role="combobox"
        list={undefined}
        aria-label={now.free ? "Find, or another name" : "Find"}
        aria-expanded="true"
        aria-controls="edit-list"
        aria-autocomplete="list"
        aria-activedescendant={current >= 0 ? `edit-item-${current}` : undefined}
        placeholder={now.free ? "Find, or another name" : "Find by name or words"}
        value={query.value}
        onInput={({ currentTarget }) => {
          query.value = currentTarget.value;
          active.value = 0;
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            const { length } = items;
            if (length > 0) active.value = (current + (event.key === "ArrowDown" ? 1 : length - 1)) % length;
          } else if (event.key === "Enter") {
            if (items[current] !== undefined) void take(now, items[current]);
            else if (free) void choose(now, query.value.trim());
          } else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {now.drags && <p class="soft">Click or Enter adds a node; drag it to a place of its own</p>}
      <ul id="edit-list" ref={list} role="listbox" aria-label={now.title} tabIndex={-1}>
        {items.map((item, k) => (
          <li
            key={item.key}
            id={`edit-item-${k}`}
            role="option"
            aria-selected={k === current}
            aria-disabled={item.disabled}
            data-key={item.key}
            data-group={item.group !== items[k - 1]?.group ? item.group : undefined}
            onPointerDown={(event) => {
              event.preventDefault();
              if (now.drags) dragType(event, item.key);
            }}
            onClick={() => void take(now, item)}
          >
            <b class="clip">
              <bdi>{item.title}</bdi>
            </b>
            <span class="soft">{item.detail}</span>
          </li>
        ))}
        {items.length === 0 && (
          <li role="option" aria-selected="false" aria-disabled="true" class="soft">
            {free ? `Enter takes "${query.value.trim()}"` : "Nothing has these words"}
          </li>
        )}
      </ul>
    </>
  );
}

function Form({ now }: { readonly now: FormPanel }): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    const first = form.current?.querySelector<HTMLInputElement>("input, select, textarea");
    first?.focus();
    first?.select?.();
  }, []);
  return (
    <form
      ref={form}
      class="fields"
      onSubmit={async (event) => {
        event.preventDefault();
        const texts = new FormData(event.currentTarget);
        const values: Record<string, unknown> = {};
        for (const field of now.fields) {
          const parsed = parseField(field, String(texts.get(field.key) ?? "false"));
          if ("problem" in parsed) return void (problem.value = `${field.key}: ${parsed.problem}`);
          values[field.key] = parsed.value;
        }
        problem.value = await now.submit(values) ?? "";
        if (panel.peek() === undefined) focusView();
      }}
    >
      {now.fields.map((field) => <FormField key={field.key} field={field} />)}
      <div class="confirmation-buttons">
        <button type="submit" disabled={editing.value}>{now.action}</button>
      </div>
    </form>
  );
}

function FormField({ field }: { readonly field: Field }): JSX.Element {
  const id = useId();
  const common = { id, name: field.key, "aria-describedby": `${id}-help` };
  const standard = field.default === undefined ? "" : String(field.default);
  return (
    <div class="field">
      <label for={id}>
        {field.key}
        {field.unit !== "" && <span class="soft">{field.unit}</span>}
      </label>
      {field.kind === "choice"
        ? <select {...common}>{field.choices.map((each) => <option key={String(each)}>{String(each)}</option>)}</select>
        : field.kind === "switch"
        ? <input {...common} type="checkbox" role="switch" value="true" defaultChecked={field.default === true} />
        : <input {...common} type="text" autocomplete="off" defaultValue={standard} />}
      <p id={`${id}-help`} class="field-help soft">
        {field.doc}
        {field.kind === "number" && describeRange(field) !== "" && ` (${describeRange(field)})`}
        {field.kind === "json" && " JSON."}
      </p>
    </div>
  );
}

async function take(now: ListPanel, item: PickItem): Promise<void> {
  if (item.disabled) problem.value = `${item.title} ${item.detail}`;
  else await choose(now, item.key);
}

async function choose(now: ListPanel, key: string): Promise<void> {
  problem.value = await now.choose(key) ?? "";
  if (panel.peek() === undefined) focusView();
}
