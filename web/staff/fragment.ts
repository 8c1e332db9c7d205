/** A part of the page that the server renders anew: at most one request under way, and never a change missed meanwhile. */
import { fetchFragment } from "./requests";

export class Fragment {
  private busy = false;
  private again = false;

  constructor(
    private readonly host: HTMLElement,
    private readonly url: () => string,
    private readonly swapped: () => void,
    private readonly failed: (reason: unknown) => void,
  ) {}

  async refresh(): Promise<void> {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    try {
      do {
        this.again = false;
        const url = this.url();
        const html = await fetchFragment(url);
        // Somebody chose another patient while this answer was on its way.
        if (url === this.url()) this.swap(html);
        else this.again = true;
      } while (this.again);
    } catch (reason) {
      this.failed(reason);
    } finally {
      this.busy = false;
    }
  }

  private swap(html: string): void {
    const focused = this.host.contains(document.activeElement) ? focusKey(document.activeElement) : null;
    this.host.innerHTML = html;
    if (focused) this.host.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
    this.swapped();
  }
}

function focusKey(element: Element | null): string | null {
  if (!element) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  const checkin = element.getAttribute("data-checkin");
  return checkin ? `[data-checkin="${CSS.escape(checkin)}"]` : null;
}
