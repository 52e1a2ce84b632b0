/** @module What a plugin shows of a node: by the module that its `plugin.toml` names as `panel`. */
import { effect, untracked } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Section } from "../../components/section.tsx";
import { configFields } from "../../model/config_fields.ts";
import { detail } from "../../state/detail.ts";
import { client } from "../../state/live.ts";

/** What a panel is given of its node; docs/plugins.md says more. */
interface PanelNode {
  readonly id: string;
  readonly type: string;
  watch(listener: (now: PanelReading) => void): () => void;
  set(key: string, value: JsonValue): Promise<unknown>;
  command(name: string, args?: Readonly<Record<string, JsonValue>>): Promise<unknown>;
}

type JsonValue = Parameters<typeof client.call<"node.setConfig">>[1]["value"];

interface PanelReading {
  readonly state: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly figures: Readonly<Record<string, number>>;
}

interface PanelModule {
  default(element: HTMLElement, node: PanelNode): void | (() => void);
}

interface PanelProps {
  /** Path of the module. */
  readonly path: string;
  /** The node. */
  readonly id: string;
  readonly type: string;
}

export function PluginPanel({ path, id, type }: PanelProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const panel = new Panel((error) => setProblem(error instanceof Error ? error.message : String(error)));
    setProblem(undefined);
    void panel.show(path, place.current!, id, type);
    return () => panel.end(place.current);
  }, [path, id, type]);
  return (
    <Section title="Panel">
      {problem !== undefined && <p class="field-problem">The plugin's panel failed: {problem}</p>}
      <div ref={place} data-panel={type} />
    </Section>
  );
}

/** One panel, from its beginning to its end. What it throws is told once it is shown, and ends nothing else. */
class Panel {
  readonly #fail: (error: unknown) => void;
  readonly #ends: (() => void)[] = [];
  #isOver = false;

  constructor(fail: (error: unknown) => void) {
    this.#fail = fail;
  }

  async show(path: string, element: HTMLElement, id: string, type: string): Promise<void> {
    try {
      const { default: show } = await import(/* @vite-ignore */ path) as PanelModule;
      if (this.#isOver) return;
      const watch = (listener: (now: PanelReading) => void) => this.#watch(id, listener);
      const set = (key: string, value: JsonValue) => client.call("node.setConfig", { node: id, key, value });
      const command = async (name: string, args: Record<string, JsonValue> = {}) =>
        (await client.call("node.command", { node: id, name, args })).answer;
      const end = show(element, { id, type, watch, set, command });
      if (typeof end === "function") this.#ends.push(end);
    } catch (error) {
      if (!this.#isOver) this.#fail(error);
    }
  }

  end(element: HTMLElement | null): void {
    this.#isOver = true;
    for (const end of this.#ends.splice(0)) this.#attempt(end);
    element?.replaceChildren();
  }

  #watch(id: string, listener: (now: PanelReading) => void): () => void {
    const stop = effect(() => {
      const now = detail.value;
      if (now?.node.id !== id) return;
      const { state, figures = {} } = now;
      const fields = configFields(now.type.config);
      const config = Object.fromEntries(fields.map(({ key, default: standard }) => [key, now.config[key] ?? standard]));
      untracked(() => this.#attempt(() => listener({ state, config, figures })));
    });
    this.#ends.push(stop);
    return stop;
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }
}
