/**
 * Where on the page somebody is: the view, and what is selected. It stands in the address after `#`, so that a reload
 * and a copied address lead to the same place: `#table`, `#graph&node=gain`, `#node=gain`,
 * `#graph&link=mixer.audioOut%3Egain.audioIn`.
 *
 * @module
 */

/** The views, in the order of their tabs. */
export const VIEWS = ["graph", "table", "log", "sessions"] as const;

/** A view. */
export type View = typeof VIEWS[number];

/** A node or link, by its id: indices change with the graph, ids do not. */
export interface Selection {
  readonly kind: "node" | "link";
  readonly id: string;
}

export interface Place {
  readonly view: View;
  readonly selection: Selection | undefined;
}

/** Reads the address's part after `#`; what is not understood is left out. @param otherwise where it names no view */
export function parsePlace(hash: string, otherwise: View = "graph"): Place {
  const parts = hash.replace(/^#/, "").split("&");
  const view = VIEWS.find((each) => each === parts[0]) ?? otherwise;
  for (const part of parts) {
    const [kind, id] = part.split("=", 2);
    if ((kind === "node" || kind === "link") && id !== undefined && id !== "") {
      return { view, selection: { kind, id: decode(id) } };
    }
  }
  return { view, selection: undefined };
}

/** The part after `#`, without it, of a place. */
export function formatPlace({ view, selection }: Place): string {
  return selection === undefined
    ? view
    : `${view}&${selection.kind}=${encodeURIComponent(selection.id.toWellFormed())}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
