/** Step 3 of the visit: the patient tries voice, sound and (only if they wish) picture before anyone speaks. Nothing leaves the phone yet. */
import { showPreview, type Devices } from "./devices";
import { Meter } from "./meter";
import { announce, element, setText } from "./page";
import type { DeviceProblem } from "./screens";
import { chime } from "./sound";

export class DeviceCheck {
  readonly #devices: Devices;
  readonly #failed: (problem: DeviceProblem) => void;
  readonly #late: () => void;
  #meter: Meter | null = null;

  constructor(devices: Devices, failed: (problem: DeviceProblem) => void, late: () => void) {
    this.#devices = devices;
    this.#failed = failed;
    this.#late = () => { this.#listen(); late(); };
    element("check-microphone").addEventListener("click", () => void this.#checkMicrophone());
    element("test-sound").addEventListener("click", () => {
      chime();
      setText("sound-words", "Did you hear two soft notes? If not, turn up the sound.");
      announce("Did you hear two soft notes? If not, turn up the sound.");
    });
    element("preview-toggle").addEventListener("click", () => void this.#toggleCamera());
  }

  /** The microphone for the call, asked for now if it was not tested before. */
  async microphone(): Promise<MediaStreamTrack | null> {
    const answer = await this.#devices.openMicrophone(this.#late);
    if (typeof answer !== "string") return answer;
    this.#failed(answer);
    return null;
  }

  /** Shows what was already tested, when the patient comes back to this screen. */
  open(): void {
    this.#listen();
    showPreview(element("preview", HTMLVideoElement), this.#devices.camera);
    element("may-camera").hidden = this.#devices.camera === null;
  }

  close(): void {
    this.#meter?.close();
    this.#meter = null;
    showPreview(element("preview", HTMLVideoElement), null);
  }

  async #checkMicrophone(): Promise<void> {
    element("check-microphone", HTMLButtonElement).disabled = true;
    setText("microphone-words", "Please tap Allow if your browser asks.");
    const track = await this.microphone();
    element("check-microphone", HTMLButtonElement).disabled = false;
    if (track === null) setText("microphone-words", "Can we hear you?");
    else this.#listen();
  }

  #listen(): void {
    const track = this.#devices.microphone;
    if (track?.readyState !== "live" || this.#meter !== null) return;
    element("check-microphone").hidden = true;
    element("meter").hidden = false;
    setText("microphone-words", "Please say hello. The bars should move.");
    this.#meter = new Meter(track, element("meter"), () => {
      element("device-check").dataset.heard = "true";
      setText("microphone-words", "We can hear you.");
    });
  }

  async #toggleCamera(): Promise<void> {
    const button = element("preview-toggle", HTMLButtonElement);
    button.disabled = true;
    const on = this.#devices.camera === null;
    if (!on) this.#devices.closeCamera();
    const track = on ? await this.#devices.openCamera() : null;
    showPreview(element("preview", HTMLVideoElement), track);
    element("may-camera").hidden = track === null;
    setText("preview-word", track === null ? "Turn camera on" : "Turn camera off");
    setText("camera-words", cameraWords(on, track !== null));
    button.disabled = false;
  }
}

function cameraWords(asked: boolean, on: boolean): string {
  if (on) return "Your camera is on. You can turn it off at any time.";
  return asked ? "We cannot use your camera. That is fine. You do not need it." : "Your camera is off. You do not need it.";
}
