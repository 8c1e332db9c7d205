/** Keyboard first: single letters, which can be switched off (WCAG 2.1.4), and never while somebody is typing. */
import { need } from "./page";

const STORED = "nightlight.staff.keys";

export function listenForKeys(actions: Record<string, () => void>): void {
  const on = need<HTMLInputElement>("#keys-on");
  on.checked = localStorage.getItem(STORED) !== "off";
  on.addEventListener("change", () => localStorage.setItem(STORED, on.checked ? "on" : "off"));
  need("#keys").addEventListener("click", () => need<HTMLDialogElement>("#keys-dialog").showModal());
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, select, textarea, dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !on.checked) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
