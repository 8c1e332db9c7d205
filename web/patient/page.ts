/** Reaching into the one page: elements by id, the screen on show, errors and announcements. It decides nothing. */
import type { Screen } from "./screens";

const TITLES: Record<Screen, string> = {
  checking: "Opening your check-in", identity: "Your birth date", prejoin: "Ready to start", continue: "Go on with your check-in",
  call: "Your check-in", goodbye: "Goodbye", problem: "We need one more step",
};

/** The element with this id, which the template must hold. */
export function element<T extends HTMLElement = HTMLElement>(id: string, type?: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof (type ?? HTMLElement))) throw new Error(`visit.html lacks #${id}`);
  return found as T;
}

export function setText(id: string, text: string): void {
  const host = element(id);
  if (host.textContent !== text) host.textContent = text;
}

/** Writes `text` wherever the template marked a place for it with data-fill. */
export function fill(name: string, text: string): void {
  for (const host of document.querySelectorAll(`[data-fill="${name}"]`)) host.textContent = text;
}

/** Points every data-call link of this name at a phone number. */
export function fillPhone(name: string, number: string): void {
  fill(name, number);
  for (const link of document.querySelectorAll<HTMLAnchorElement>(`a[data-call="${name}"]`)) link.href = `tel:${number.replace(/[^\d+*#]/g, "")}`;
}

/** Shows one screen, moves the focus to its heading and names it for screen readers. */
export function showScreen(screen: Screen): void {
  if (document.body.dataset.screen === screen) return;
  document.body.dataset.screen = screen;
  for (const section of document.querySelectorAll<HTMLElement>("section[data-screen]")) {
    section.hidden = section.dataset.screen !== screen;
  }
  document.title = `${TITLES[screen]} – ${document.body.dataset.clinic ?? ""}`;
  window.scrollTo(0, 0);
  element(`screen-${screen}`).querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
}

/** A sentence for screen readers: things that change without a tap. */
export function announce(text: string): void {
  setText("announcement", text);
}

/** Shows or clears a form's error, marks the fields and puts the cursor into the first of them. */
export function setError(id: string, text: string | null, fields: HTMLElement[]): void {
  const host = element(id);
  host.hidden = text === null;
  host.textContent = text ?? "";
  for (const field of fields) {
    if (text === null) field.removeAttribute("aria-invalid");
    else field.setAttribute("aria-invalid", "true");
  }
  if (text !== null) fields[0]?.focus();
}
