/** The patient's microphone and camera. Each is asked for once and kept, because a second request fails on some phones. The camera opens only by the patient's own tap. */
import type { DeviceProblem } from "./screens";

/** In-app browsers may leave the request unanswered for ever; after this many milliseconds the patient gets help. */
const MICROPHONE_PATIENCE = 8_000;

/** Without gain control: a voice that trails off must not be made as loud as the rest. */
const SPEECH: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: false };
/** Enough for a face at conversation distance, little enough for a weak phone line. */
const PICTURE: MediaTrackConstraints = {
  facingMode: "user", width: { ideal: 640, max: 640 }, height: { ideal: 360, max: 360 }, frameRate: { ideal: 15, max: 15 },
};

export class Devices {
  microphone: MediaStreamTrack | null = null;
  camera: MediaStreamTrack | null = null;
  #asking: Promise<MediaStreamTrack> | null = null;
  #wanted = false;

  /** The microphone's track, or why there is none. `late` is called if the patient allows it after help was shown. */
  async openMicrophone(late: () => void): Promise<MediaStreamTrack | DeviceProblem> {
    if (this.microphone?.readyState === "live") return this.microphone;
    if (!canCapture()) return "mic_unsupported";
    this.#wanted = true;
    this.#asking ??= this.#askMicrophone();
    const asking = this.#asking;
    let waited = false;
    void asking.then(() => { if (waited) late(); }, () => {});
    const patience = new Promise<DeviceProblem>((resolve) => setTimeout(() => { waited = true; resolve("mic_waiting"); }, MICROPHONE_PATIENCE));
    return Promise.race([asking.catch(problemOf), patience]);
  }

  async #askMicrophone(): Promise<MediaStreamTrack> {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: SPEECH });
      const track = stream.getAudioTracks()[0];
      if (track === undefined) throw new DOMException("no audio track", "NotFoundError");
      if (!this.#wanted) {
        track.stop();
        throw new DOMException("the patient types now", "AbortError");
      }
      this.microphone = track;
      return track;
    } finally {
      this.#asking = null;
    }
  }

  /** The camera's track, or null if the patient or the phone says no: the check-in goes on without it. */
  async openCamera(): Promise<MediaStreamTrack | null> {
    if (this.camera?.readyState === "live") return this.camera;
    if (!canCapture()) return null;
    const stream = await navigator.mediaDevices.getUserMedia({ video: PICTURE }).catch(() => null);
    this.camera = stream?.getVideoTracks()[0] ?? null;
    return this.camera;
  }

  closeCamera(): void {
    this.camera?.stop();
    this.camera = null;
  }

  /** Whether the loudness of the voice comes through as it is; phones may not do as they were asked. */
  get levelsKept(): boolean {
    return this.microphone?.getSettings().autoGainControl === false;
  }

  /** Lets go of both, also of a microphone that is allowed only later. */
  close(): void {
    this.#wanted = false;
    this.closeCamera();
    this.microphone?.stop();
    this.microphone = null;
  }
}

/** Shows the patient to themself, or hides the picture when `track` is null. */
export function showPreview(video: HTMLVideoElement, track: MediaStreamTrack | null): void {
  video.srcObject = track === null ? null : new MediaStream([track]);
  video.hidden = track === null;
}

function canCapture(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === "function";
}

/** The patient's next step for an error of getUserMedia (W3C Media Capture, section 10.2). */
export function problemOf(error: unknown): DeviceProblem {
  switch (error instanceof Error ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError": return "mic_refused";
    case "NotFoundError":
    case "OverconstrainedError": return "mic_missing";
    case "NotReadableError":
    case "AbortError": return "mic_busy";
    default: return "mic_unsupported";
  }
}
