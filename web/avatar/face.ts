/** The persona's face on the patient's page. It must never claim to be a person, and never hold up the call's audio. */
import { FrameLoop } from "./loop";
import { FramePacer } from "./pacer";
import { ANA } from "./paint/palette";
import { PlayoutClock } from "./playout";
import { FaceRig, stillPose } from "./rig";
import { Speech, type WireViseme } from "./speech";
import { Stage } from "./stage";
import type { PersonaState } from "./states";
import type { Frame } from "./framing";

export { PlayoutClock };
export type { PersonaState, WireViseme };

export interface FaceOptions {
  /** Where the point between the eyes sits, as a share of the host (x default .5), and how large the face is drawn. */
  frame?: Frame;
  /** One still picture instead of motion. Also on whenever the device asks for reduced motion. */
  still?: boolean;
  /** Same seed, same blinks and glances. */
  seed?: number;
}

export interface Face {
  setState(state: PersonaState): void;
  /**
   * t0 = samples since the track's rtp0 where the utterance starts. Without t0, or while the clock is unknown, the mouth
   * starts 200 ms after arrival and moves to the right place as soon as the clock knows. Repeated calls add to an utterance.
   */
  say(utterance: number, t0: number | null, events: WireViseme[]): void;
  /** The patient interrupted: drop every mouth shape at or after sample t (null = now) and close the mouth. */
  cut(utterance: number, t: number | null): void;
  setClock(clock: PlayoutClock | null): void;
  setStill(on: boolean): void;
  /** A small nod or blink that says "go on". */
  backchannel(): void;
  destroy(): void;
}

/** Fills the host with the face: painted relief (WebGL2), else a flat portrait (Canvas2D), else a poster. */
export function createFace(host: HTMLElement, options: FaceOptions = {}): Face {
  return new LiveFace(host, options);
}

class LiveFace implements Face {
  private readonly origin = performance.now();
  private readonly rig: FaceRig;
  private readonly speech: Speech;
  private readonly stage: Stage;
  private readonly pacer: FramePacer;
  private readonly loop: FrameLoop;
  private readonly calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  private still: boolean;

  constructor(host: HTMLElement, options: FaceOptions) {
    this.still = options.still ?? false;
    this.rig = new FaceRig(options.seed);
    this.speech = new Speech(this.rig, this.origin);
    this.stage = new Stage(host, ANA, options.frame, () => this.redraw());
    this.pacer = new FramePacer(this.stage.isSoftware);
    this.loop = new FrameLoop({
      interval: () => this.pacer.interval(this.isSpeaking()),
      isBusy: () => this.stage.isBusy(),
      draw: (now) => this.drawLive(now),
      observe: (ms) => this.observe(ms),
    });
    this.calm.addEventListener("change", this.arrange);
    document.addEventListener("visibilitychange", this.arrange);
    this.arrange();
  }

  setState(state: PersonaState): void {
    this.rig.setState(state, this.seconds(performance.now()));
    if (this.isStill) this.drawStill();
  }

  say(utterance: number, t0: number | null, events: WireViseme[]): void {
    this.speech.say(utterance, t0, events, performance.now());
  }

  cut(utterance: number, t: number | null): void {
    this.speech.cut(utterance, t, performance.now());
  }

  setClock(clock: PlayoutClock | null): void {
    this.speech.setClock(clock);
  }

  setStill(on: boolean): void {
    this.still = on;
    this.arrange();
  }

  backchannel(): void {
    this.rig.backchannel(this.seconds(performance.now()));
  }

  destroy(): void {
    this.loop.stop();
    this.calm.removeEventListener("change", this.arrange);
    document.removeEventListener("visibilitychange", this.arrange);
    this.stage.destroy();
  }

  private get isStill(): boolean {
    return this.still || this.calm.matches || this.pacer.isHopeless;
  }

  private readonly arrange = (): void => {
    this.stage.setStill(this.isStill);
    if (this.isStill || document.hidden) this.loop.stop();
    else this.loop.start();
  };

  private isSpeaking(): boolean {
    return this.rig.state === "speaking" || this.rig.isSpeaking(this.seconds(performance.now()));
  }

  private drawLive(now: number): void {
    this.speech.align(now);
    this.stage.draw(this.rig.sample(this.seconds(now)));
  }

  private drawStill(): void {
    this.stage.draw(stillPose(this.rig.state));
  }

  /** The canvas was emptied: fill it before the page is shown again. */
  private redraw(): void {
    if (!this.rig) return;
    if (this.isStill) this.drawStill();
    else this.drawLive(performance.now());
  }

  private observe(ms: number): void {
    if (this.pacer.observe(ms)) this.stage.setQuality(this.pacer.quality);
    if (this.pacer.isHopeless) this.arrange();
  }

  private seconds(now: number): number {
    return Math.max(0, now - this.origin) / 1000;
  }
}
