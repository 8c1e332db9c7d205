/** Step 2 of the visit: birth month and day, so that a forwarded link opens nothing. It must never show a name before they fit. */
import { element, setError } from "./page";
import { wrongBirthDate } from "./words";

export interface Birthday {
  month: number;
  day: number;
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The birthday in the two fields, or which field is missing or cannot be. Pure. */
export function readBirthday(month: string, day: string): Birthday | "month" | "day" {
  const monthNumber = Number(month);
  if (!Number.isInteger(monthNumber) || monthNumber < 1 || monthNumber > 12) return "month";
  const dayNumber = /^\s*\d{1,2}\s*$/.test(day) ? Number(day) : 0;
  return dayNumber >= 1 && dayNumber <= (DAYS[monthNumber - 1] ?? 31) ? { month: monthNumber, day: dayNumber } : "day";
}

/** Calls `claim` with each complete birthday; the button rests until it has answered. */
export function wireIdentity(claim: (birthday: Birthday) => Promise<void>): void {
  const month = element("birth-month", HTMLSelectElement);
  const day = element("birth-day", HTMLInputElement);
  const button = element("identity-continue", HTMLButtonElement);
  element("identity-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const birthday = readBirthday(month.value, day.value);
    setError("identity-error", null, [month, day]);
    if (birthday === "month") return setError("identity-error", "Please choose your birth month.", [month]);
    if (birthday === "day") return setError("identity-error", "Please write your birth day. It is a number from 1 to 31.", [day]);
    button.disabled = true;
    void claim(birthday).finally(() => { button.disabled = false; });
  });
}

export function showWrongBirthDate(triesLeft: number): void {
  setError("identity-error", wrongBirthDate(triesLeft), [element("birth-month", HTMLSelectElement), element("birth-day", HTMLInputElement)]);
}
