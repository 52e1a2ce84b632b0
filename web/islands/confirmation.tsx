/** @module Asks before something is done that cannot be undone from the page. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { answerQuestion, question } from "../state/commands.ts";

export function Confirmation(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const asked = question.value;
  useLayoutEffect(() => {
    if (asked !== undefined) dialog.current?.showModal();
  }, [asked]);
  const answer = (yes: boolean) => {
    // First, so that the focus goes back to where it was before what has it is gone.
    dialog.current?.close();
    answerQuestion(yes);
  };
  // The event comes after the dialog has closed, when the next question may be open already.
  const closed = () => {
    if (dialog.current?.open === false) answerQuestion(false);
  };
  return (
    <dialog ref={dialog} class="confirmation" aria-labelledby="question" onClose={closed}>
      {asked !== undefined && (
        <>
          <h2 id="question">{asked.title}</h2>
          <p>{asked.text}</p>
          <div class="confirmation-buttons">
            <button type="button" autofocus onClick={() => answer(false)}>{asked.no}</button>
            <button type="button" class="danger" onClick={() => answer(true)}>{asked.yes}</button>
          </div>
        </>
      )}
    </dialog>
  );
}
