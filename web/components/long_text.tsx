/** @module A text of others, of which only the beginning is shown until somebody wants all of it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { shownText } from "../model/shown_text.ts";

/** Characters that are shown at first. */
const SHORT = 400;

export function LongText({ text: given }: { readonly text: string }): JSX.Element {
  const whole = useSignal(false);
  const text = shownText(given);
  if (text.length <= SHORT * 1.2) return <bdi>{text}</bdi>;
  return (
    <>
      <bdi>{whole.value ? text : `${text.slice(0, SHORT)}…`}</bdi>{" "}
      <button type="button" class="more" onClick={() => whole.value = !whole.value}>
        {whole.value ? "Less" : "Show all"}
      </button>
    </>
  );
}
