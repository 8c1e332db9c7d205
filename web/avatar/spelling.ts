/** Rough mouth timing from spelling, for the preview page and tests only: in a call the voice's own alignment is used. */
import type { Viseme } from "./visemes";
import type { WireViseme } from "./speech";

const SOUNDS: [RegExp, Viseme][] = [
  [/^th/, "TH"], [/^(sh|ch|j|zh)/, "CH"], [/^(ph|f|v)/, "FF"], [/^ng/, "nn"], [/^(oo|ou|w|u)/, "U"], [/^(ee|ea|ie|y|i)/, "I"],
  [/^(oa|ow|o)/, "O"], [/^(ai|ay|e)/, "E"], [/^a/, "aa"], [/^(p|b|m)/, "PP"], [/^(s|z|x|c(?=[eiy]))/, "SS"], [/^(t|d)/, "DD"],
  [/^(n|l)/, "nn"], [/^r/, "RR"], [/^(k|g|c|q|h)/, "kk"],
];

const PAUSES_MS: Record<string, number> = { ",": 220, ".": 420, "!": 420, "?": 420 };
const VOWELS: readonly Viseme[] = ["aa", "E", "I", "O", "U"];

export function visemesFromSpelling(text: string): WireViseme[] {
  const events: WireViseme[] = [];
  let ms = 0;
  for (const word of text.toLowerCase().split(/\s+/)) {
    ms = speakWord(word.replace(/[^a-z,.!?]/g, ""), ms, events) + 20;
  }
  events.push([ms, "sil", 1]);
  return events;
}

function speakWord(letters: string, start: number, events: WireViseme[]): number {
  let ms = start;
  let rest = letters;
  let stressed = letters.length > 4;
  while (rest) {
    const pause = PAUSES_MS[rest[0]!];
    const sound = SOUNDS.find(([spelling]) => spelling.test(rest));
    if (pause) {
      events.push([ms, "sil", 1]);
      ms += pause;
    } else if (sound) {
      const vowel = VOWELS.includes(sound[1]);
      events.push([ms, sound[1], vowel ? (stressed ? 1 : 0.65) : 0.75]);
      ms += vowel ? 105 : 68;
      if (vowel) stressed = false;
    }
    rest = rest.slice(sound && !pause ? sound[0].exec(rest)![0].length : 1);
  }
  return ms;
}
