/** The two things this device keeps between page loads. Neither is about the patient, and the page works where storage is switched off. */

const LINK = "nightlight-link";
const MODE = "nightlight-mode";

/** The fingerprint of the link that this device opened last. */
export function rememberedLink(): string | null {
  return get(() => localStorage, LINK);
}

export function rememberLink(fingerprint: string): void {
  set(() => localStorage, LINK, fingerprint);
}

/** How the patient takes part, so that a reload does not ask someone who types for a microphone. */
export function rememberedMode(): string | null {
  return get(() => sessionStorage, MODE);
}

export function rememberMode(mode: string): void {
  set(() => sessionStorage, MODE, mode);
}

// Even naming the storage throws where the browser forbids it.
function get(storage: () => Storage, key: string): string | null {
  try { return storage().getItem(key); } catch { return null; }
}

function set(storage: () => Storage, key: string, value: string): void {
  try { storage().setItem(key, value); } catch { /* then the cookie alone decides, and a reload asks again */ }
}
