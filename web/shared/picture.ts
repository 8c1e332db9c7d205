/** Shows what a peer's camera sends, and only while it sends: a picture that stands still looks like a person who does. */

/** Milliseconds between looks; a camera of ours sends some fifteen pictures in each. */
const LOOK = 1_000;

export class Picture {
  readonly #video: HTMLVideoElement;
  readonly #changed: (live: boolean) => void;
  #receiver: RTCRtpReceiver | null = null;
  #frames = 0;
  readonly #timer: number;

  constructor(video: HTMLVideoElement, changed: (live: boolean) => void = () => {}) {
    this.#video = video;
    this.#changed = changed;
    this.#timer = window.setInterval(() => void this.#look(), LOOK);
  }

  /** Another connection's pictures from now on. */
  from(receiver: RTCRtpReceiver): void {
    this.#receiver = receiver;
    this.#frames = 0;
    this.#video.srcObject = new MediaStream([receiver.track]);
  }

  async #look(): Promise<void> {
    const receiver = this.#receiver;
    if (receiver === null) return;
    const reports = [...(await receiver.getStats()).values()] as { type: string; framesDecoded?: number }[];
    const frames = reports.find((report) => report.type === "inbound-rtp")?.framesDecoded ?? 0;
    if (receiver !== this.#receiver) return;
    this.#show(frames > this.#frames);
    this.#frames = frames;
  }

  #show(live: boolean): void {
    if (this.#video.dataset.live === String(live)) return;
    this.#video.dataset.live = String(live);
    this.#changed(live);
  }

  /** No connection any more. */
  stop(): void {
    this.#receiver = null;
    this.#video.srcObject = null;
    this.#show(false);
  }

  close(): void {
    clearInterval(this.#timer);
    this.stop();
  }
}
