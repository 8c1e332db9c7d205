/** Shows that somebody needs a nurse while no console is open. It knows how urgent and which page, and nothing of a patient. */

interface PushText { title: string; body: string; tag: string }
interface Lasting extends Event { waitUntil(work: Promise<unknown>): void }
interface Pushed extends Lasting { data: { json(): PushText } | null }
interface Clicked extends Lasting { notification: Notification }
interface Tab { url: string; focus(): Promise<unknown> }
interface Worker {
  registration: ServiceWorkerRegistration;
  clients: { matchAll(options: object): Promise<Tab[]>; openWindow(url: string): Promise<unknown>; claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(kind: "push", listener: (event: Pushed) => void): void;
  addEventListener(kind: "notificationclick", listener: (event: Clicked) => void): void;
  addEventListener(kind: "install" | "activate", listener: (event: Lasting) => void): void;
}

const worker = self as unknown as Worker;
const CONSOLE = "/staff/";

worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("push", (event) => {
  const text = event.data?.json() ?? { title: "Nightlight", body: "Open the console.", tag: "page" };
  // It stays until somebody looks; the next ringing of a page takes the place of the last.
  const shown = { body: text.body, tag: text.tag, renotify: true, requireInteraction: true };
  event.waitUntil(worker.registration.showNotification(text.title, shown));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open());
});

async function open(): Promise<unknown> {
  const tabs = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const tab = tabs.find(({ url }) => new URL(url).pathname.startsWith(CONSOLE));
  return tab ? tab.focus() : worker.clients.openWindow(CONSOLE);
}
