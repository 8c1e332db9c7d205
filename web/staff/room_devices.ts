/** A nurse's microphone and camera: asked for when they are needed, chosen by name, let go of with the call. The camera is off until she turns it on. */
import type { NoMicrophone } from "./room_words";

const SPEECH = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const PICTURE = { width: { ideal: 640, max: 640 }, height: { ideal: 360, max: 360 }, frameRate: { ideal: 15, max: 15 } };

export class RoomDevices {
  microphone: MediaStreamTrack | null = null;
  camera: MediaStreamTrack | null = null;

  /** Opens the microphone, this one or any; why not, or null. */
  async openMicrophone(id = ""): Promise<NoMicrophone> {
    try {
      const audio = id === "" ? SPEECH : { ...SPEECH, deviceId: { exact: id } };
      const track = (await navigator.mediaDevices.getUserMedia({ audio })).getAudioTracks()[0] ?? null;
      this.microphone?.stop();
      this.microphone = track;
      return track === null ? "missing" : null;
    } catch (error) {
      return problemOf(error);
    }
  }

  /** Opens the camera, this one or any; false where there is none to be had. */
  async openCamera(id = ""): Promise<boolean> {
    try {
      const video = id === "" ? PICTURE : { ...PICTURE, deviceId: { exact: id } };
      const track = (await navigator.mediaDevices.getUserMedia({ video })).getVideoTracks()[0] ?? null;
      this.closeCamera();
      this.camera = track;
    } catch {
      this.closeCamera();
    }
    return this.camera !== null;
  }

  closeCamera(): void {
    this.camera?.stop();
    this.camera = null;
  }

  /** Fills a list with the devices of one kind; their names are known once one of them was allowed. */
  async list(kind: "audioinput" | "videoinput", into: HTMLSelectElement): Promise<void> {
    const found = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === kind);
    const chosen = into.value;
    into.replaceChildren(...found.map((device, index) => new Option(device.label || `Device ${index + 1}`, device.deviceId)));
    if (found.some((device) => device.deviceId === chosen)) into.value = chosen;
  }

  close(): void {
    this.closeCamera();
    this.microphone?.stop();
    this.microphone = null;
  }
}

/** W3C Media Capture, section 10.2. */
function problemOf(error: unknown): NoMicrophone {
  switch (error instanceof Error ? error.name : "") {
    case "NotFoundError":
    case "OverconstrainedError": return "missing";
    case "NotReadableError":
    case "AbortError": return "busy";
    default: return "refused";
  }
}
