/** The buttons of the call. Four large ones that never move, three small ones on top. Each shows its state in words. */
import { announce, element, setText } from "./page";
import { TYPED_LIMIT } from "./wire";

export interface ControlEvents {
  mute(on: boolean): void;
  typed(text: string): void;
  nurse(): void;
  end(): void;
  /** Resolves to what the camera is afterwards. */
  camera(on: boolean): Promise<boolean>;
  still(on: boolean): void;
}

export function wireControls(events: ControlEvents): void {
  wireMute(events);
  wireTyping(events);
  wireNurse(events);
  wireEnd(events);
  const camera = element("camera", HTMLButtonElement);
  camera.addEventListener("click", () => {
    camera.disabled = true;
    void events.camera(!pressed(camera)).then((on) => {
      press(camera, on);
      announce(on ? "Your camera is on." : "Your camera is off.");
    }).finally(() => { camera.disabled = false; });
  });
  const still = element("still", HTMLButtonElement);
  still.addEventListener("click", () => { press(still, !pressed(still)); events.still(pressed(still)); });
}

/** Opens or closes the drawer for typing and puts the cursor where it belongs. */
export function showTyping(open: boolean): void {
  const drawer = element("typing");
  if (drawer.hidden === !open) return;
  drawer.hidden = !open;
  element("type").setAttribute("aria-expanded", String(open));
  element(open ? "typed-text" : "type").focus();
}

/** Bigger words on every screen: 100, 125 or 150 percent. */
export function wireTextSize(): void {
  const sizes = ["1", "2", "3"];
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-text-size]")) {
    button.addEventListener("click", () => {
      const root = document.documentElement;
      const next = sizes[(sizes.indexOf(root.dataset.text ?? "1") + 1) % sizes.length] ?? "1";
      root.dataset.text = next;
      announce(`Text size ${next} of ${sizes.length}.`);
    });
  }
}

export function press(button: HTMLElement, on: boolean): void {
  button.setAttribute("aria-pressed", String(on));
}

function pressed(button: HTMLElement): boolean {
  return button.getAttribute("aria-pressed") === "true";
}

function wireMute(events: ControlEvents): void {
  const button = element("mute", HTMLButtonElement);
  button.addEventListener("click", () => {
    const on = button.dataset.on !== "true";
    button.dataset.on = String(on);
    setText("mute-word", on ? "Unmute" : "Mute");
    announce(on ? "Your microphone is off." : "Your microphone is on.");
    events.mute(on);
  });
}

function wireTyping(events: ControlEvents): void {
  const text = element("typed-text", HTMLInputElement);
  element("type").addEventListener("click", () => showTyping(element("type").getAttribute("aria-expanded") !== "true"));
  element("typing").addEventListener("keydown", (event) => { if (event.key === "Escape") showTyping(false); });
  element("typing", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const words = text.value.trim().slice(0, TYPED_LIMIT);
    if (words !== "") events.typed(words);
    text.value = "";
    text.focus();
  });
}

function wireNurse(events: ControlEvents): void {
  const button = element("nurse", HTMLButtonElement);
  button.addEventListener("click", () => {
    setText("nurse-word", "Asked");
    announce("We are asking for a nurse.");
    events.nurse();
  });
}

function wireEnd(events: ControlEvents): void {
  const question = element("end-question", HTMLDialogElement);
  element("end").addEventListener("click", () => {
    question.showModal();
    element("end-no").focus();
  });
  element("end-no").addEventListener("click", () => question.close());
  element("end-yes").addEventListener("click", () => { question.close(); events.end(); });
}
