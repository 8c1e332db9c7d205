/** The card that tells the patient that help is on its way, and the button to call for an ambulance. Once shown it stays. */
import { helpWords, raise, type Help } from "./escalation";
import { element, setText } from "./page";
import type { Tier } from "./wire";

export class HelpCard {
  readonly #emergencyNumber: string;
  #help: Help | null = null;

  constructor(emergencyNumber: string) {
    this.#emergencyNumber = emergencyNumber;
  }

  show(tier: Tier, nurse: string | null): void {
    this.#help = raise(this.#help, tier, nurse);
    const words = helpWords(this.#help, this.#emergencyNumber);
    element("escalation").dataset.tier = this.#help.tier;
    element("escalation").hidden = false;
    element("escalation-call").hidden = false;
    setText("escalation-title", words.title);
    setText("escalation-text", words.text);
    setText("escalation-call-words", words.call);
  }
}
