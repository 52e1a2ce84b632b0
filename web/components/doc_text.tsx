/** @module Documentation as text: nothing of it becomes HTML, whatever it says. */
import type { JSX } from "preact";
import { type DocSpan, parseDoc } from "../model/doc_text.ts";

/** A doc comment. */
export function DocText({ doc }: { readonly doc: string }): JSX.Element {
  return (
    <div class="doc">
      {parseDoc(doc).map((block, k) => {
        if (block.kind === "code") {
          return <pre key={k} tabIndex={0} role="group" aria-label="Example"><code>{block.text}</code></pre>;
        }
        return <p key={k} class={block.kind === "item" ? "doc-item" : ""}>{block.spans.map(renderSpan)}</p>;
      })}
    </div>
  );
}

function renderSpan({ style, text }: DocSpan, k: number): JSX.Element | string {
  if (style === "code") return <code key={k}>{text}</code>;
  return style === "strong" ? <strong key={k}>{text}</strong> : text;
}
