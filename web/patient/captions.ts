/** What was said, as text: the whole log and the caption of this moment. Pure; it must never lose or reword a line that was shown. */

export interface Line {
  readonly who: "persona" | "patient" | "nurse";
  /** The server's number of the utterance; null for the patient and a nurse. */
  readonly utterance: number | null;
  readonly text: string;
  readonly done: boolean;
  /** Written, not spoken. */
  readonly typed?: boolean;
}

export type Log = readonly Line[];

/** The persona's words so far. Utterance numbers may start again after a restart: a finished line before `since` is history and stays as it is. */
export function personaSaid(log: Log, utterance: number, text: string, done: boolean, since = 0): Log {
  const at = lastIndex(log, (line) => line.utterance === utterance);
  const old = log[at];
  const line: Line = { who: "persona", utterance, text, done };
  if (old === undefined || (old.done && at < since) || !continues(old, text)) return text === "" ? log : [...log, line];
  return replace(log, at, { ...line, text: text === "" ? old.text : text });
}

function continues(old: Line, text: string): boolean {
  if (old.done && old.text !== text) return false;
  return text.startsWith(old.text) || old.text.startsWith(text);
}

/** What was understood of the patient; a guess is replaced until it is final, and the server's echo of typed words closes their line. */
export function patientSaid(log: Log, text: string, final: boolean): Log {
  const line: Line = { who: "patient", utterance: null, text, done: final };
  const echoed = log.findIndex((old) => old.typed === true && !old.done && old.text === oneLine(text));
  if (echoed >= 0) return replace(log, echoed, { ...line, typed: true });
  const last = lastIndex(log, (old) => old.who === "patient" && old.typed !== true);
  if (log[last]?.done === false) return replace(log, last, line);
  return text === "" ? log : [...log, line];
}

/** What a nurse in the call says, under their name; a guess is replaced until it is final. */
export function nurseSaid(log: Log, name: string, text: string, done: boolean): Log {
  const line: Line = { who: "nurse", utterance: null, text: `${name}: ${text}`, done };
  const last = lastIndex(log, (old) => old.who === "nurse");
  return log[last]?.done === false ? replace(log, last, line) : [...log, line];
}

/** What the patient just typed, shown before the server has answered. */
export function patientTyped(log: Log, text: string): Log {
  return [...log, { who: "patient", utterance: null, text: oneLine(text), done: false, typed: true }];
}

/** The newest line that is not the patient's, and the one before it of the same speaker: the question must stay readable. */
export function caption(log: Log): { now: Line | null; before: Line | null } {
  const at = lastIndex(log, (line) => line.who !== "patient");
  const now = log[at] ?? null;
  const before = log[at - 1];
  return { now, before: before !== undefined && before.who === now?.who ? before : null };
}

/** The patient's newest words, or null. */
export function lastWords(log: Log): string | null {
  return log[lastIndex(log, (line) => line.who === "patient")]?.text ?? null;
}

/** The server closes up blanks in typed words. */
function oneLine(text: string): string {
  return text.split(/\s+/).filter((word) => word !== "").join(" ");
}

// Array.findLastIndex and Array.with would do, but phones of 2021 lack them.
function lastIndex(log: Log, fits: (line: Line) => boolean): number {
  for (let at = log.length - 1; at >= 0; at -= 1) {
    const line = log[at];
    if (line !== undefined && fits(line)) return at;
  }
  return -1;
}

function replace(log: Log, at: number, line: Line): Log {
  return log.map((old, index) => (index === at ? line : old));
}
