/** Ages and deadlines that count by themselves, by the server's clock and not this computer's. */

let serverAheadMs = 0;

export function setServerTime(iso: string): void {
  serverAheadMs = Date.parse(iso) - Date.now();
}

export function sentence(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours} h ${String(minutes).padStart(2, "0")}` : `${minutes}:${rest}`;
}

export function tick(): void {
  const now = Date.now() + serverAheadMs;
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-since]")) {
    const due = Date.parse(time.dataset.due ?? "");
    const late = due < now;
    const text = late ? `late ${sentence((now - due) / 1000)}` : sentence((now - Date.parse(time.dataset.since ?? "")) / 1000);
    if (time.textContent !== text) time.textContent = text;
    time.classList.toggle("late", late);
  }
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-left]")) {
    const until = Date.parse(time.dataset.left ?? "");
    const late = until < now;
    const text = late ? `late ${sentence((now - until) / 1000)}` : `${sentence((until - now) / 1000)} left`;
    if (time.textContent !== text) time.textContent = text;
    time.classList.toggle("late", late);
  }
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-clock]")) {
    const text = wallTime(new Date(time.dataset.clock ?? ""));
    if (time.textContent !== text) time.textContent = text;
  }
}

export function wallTime(moment: Date): string {
  return `${String(moment.getHours()).padStart(2, "0")}:${String(moment.getMinutes()).padStart(2, "0")}`;
}
