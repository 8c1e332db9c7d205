/**
 * When a sample of the persona's voice is heard: RTP time mapped to `performance.now()` through the receiver's newest
 * synchronization source. Scheduling by arrival would be wrong by the jitter buffer, which moves during a call.
 */

/** The one method of RTCRtpReceiver this needs (WebRTC 1.0 §5.3, `getSynchronizationSources`). */
export interface SynchronizedReceiver {
  getSynchronizationSources(): { rtpTimestamp: number; timestamp: number }[];
}

interface Anchor {
  rtp: number;
  /** performance.now() ms at which `rtp` plays. */
  at: number;
}

const RTP_WRAP = 2 ** 32;
/** A source older than this no longer says when new media plays. */
const STALE_MS = 200;
/** Without a fresh source for this long the stream may have been restarted: better to know nothing. */
const ANCHOR_LIFETIME_MS = 2000;

/** Signed distance from one RTP time to another, the short way round the 32-bit wrap. */
export function rtpDistance(from: number, to: number): number {
  const forward = (((to - from) % RTP_WRAP) + RTP_WRAP) % RTP_WRAP;
  return forward >= RTP_WRAP / 2 ? forward - RTP_WRAP : forward;
}

/** The specification counts from the epoch, Chromium has counted from navigation: both become performance.now() time. */
const sinceNavigation = (timestamp: number): number =>
  timestamp > performance.timeOrigin / 2 ? timestamp - performance.timeOrigin : timestamp;

export class PlayoutClock {
  private anchor: Anchor | null = null;
  private closed = false;

  /** rtp0 = RTP timestamp of sample 0; rate = samples a second; delay = ms from playout to the ear (output latency, Bluetooth trim). */
  constructor(
    private readonly receiver: SynchronizedReceiver,
    private readonly rtp0: number,
    private readonly rate: number,
    private readonly delay: () => number = () => 0,
  ) {}

  /** performance.now() ms at which sample t plays, or null when unknown. */
  timeOf(sample: number): number | null {
    if (this.closed) return null;
    const now = performance.now();
    this.refresh(now);
    if (!this.anchor || now - this.anchor.at > ANCHOR_LIFETIME_MS) return null;
    const samples = rtpDistance(this.anchor.rtp, this.rtp0 + sample);
    return this.anchor.at + (samples / this.rate) * 1000 + this.delay();
  }

  close(): void {
    this.closed = true;
    this.anchor = null;
  }

  private refresh(now: number): void {
    for (const source of this.receiver.getSynchronizationSources()) {
      const at = sinceNavigation(source.timestamp);
      if (now - at > STALE_MS || (this.anchor && at <= this.anchor.at)) continue;
      this.anchor = { rtp: source.rtpTimestamp, at };
    }
  }
}
