/** The button that lets this browser ring while the console is closed. Asked for by a press, never by itself. */
import { need } from "./page";

const WORDS = {
  on: "Rings when this page is closed",
  off: "Ring when this page is closed",
  denied: "Notifications are blocked in this browser",
  failed: "This browser cannot ring when closed",
};

/** `worker`: the address of the service worker; empty where the build has none. */
export async function preparePush(worker: string): Promise<void> {
  if (worker === "" || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  const button = need<HTMLButtonElement>("#push");
  const show = (state: keyof typeof WORDS): void => {
    need("#push-text").textContent = WORDS[state];
    button.setAttribute("aria-pressed", String(state === "on"));
    button.disabled = state === "denied";
  };
  const registration = await navigator.serviceWorker.register(worker, { scope: "/staff/" }).catch(() => null);
  if (registration === null) return;
  button.hidden = false;
  const now = await registration.pushManager.getSubscription();
  // Said again at every start: whoever is signed in now is rung here, and nobody else.
  if (now) show(await tell(now) ? "on" : "failed");
  else show(Notification.permission === "denied" ? "denied" : "off");
  button.addEventListener("click", () => {
    button.disabled = true;
    void toggle(registration).then((state) => { button.disabled = false; show(state); });
  });
}

async function toggle(registration: ServiceWorkerRegistration): Promise<keyof typeof WORDS> {
  const now = await registration.pushManager.getSubscription();
  if (now) {
    await post("/staff/push/off", { endpoint: now.endpoint });
    await now.unsubscribe();
    return "off";
  }
  if ((await Notification.requestPermission()) !== "granted") return Notification.permission === "denied" ? "denied" : "off";
  try {
    const { key } = (await (await fetch("/staff/push", { headers: { Accept: "application/json" } })).json()) as { key: string };
    const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    if (await tell(made)) return "on";
    await made.unsubscribe();
  } catch {
    // No push service, or none that answers: the console still rings while it is open.
  }
  return "failed";
}

function tell(subscription: PushSubscription): Promise<boolean> {
  const { keys } = subscription.toJSON();
  return post("/staff/push", { endpoint: subscription.endpoint, p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" });
}

async function post(url: string, fields: Record<string, string>): Promise<boolean> {
  const reply = await fetch(url, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" } }).catch(() => null);
  return reply?.ok ?? false;
}
