/** One RTCPeerConnection with the persona: the patient's voice out, the persona's voice and the "face" channel in. A broken one is thrown away, never mended. */
import type { Mode } from "./screens";
import { read, type FromPersona, type ToPersona, type ToServer } from "./wire";

/** Short losses heal by themselves; after this many milliseconds the page starts anew. */
const LOSS_PATIENCE = 3_000;
/** Bits per second of the patient's camera: enough at 640x360, kind to a weak line. */
const CAMERA_BITRATE = 250_000;

export interface PeerParts {
  servers: RTCIceServer[];
  mode: Exclude<Mode, "text_only">;
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
}

export interface PeerEvents {
  send(message: ToServer): void;
  message(message: FromPersona, receiver: RTCRtpReceiver): void;
  sound(stream: MediaStream): void;
  /** A nurse's picture may come this way; until one is in the call there is none. */
  picture(receiver: RTCRtpReceiver): void;
  connected(): void;
  lost(): void;
}

export class Peer {
  readonly #connection: RTCPeerConnection;
  readonly #channel: RTCDataChannel;
  readonly #audio: RTCRtpTransceiver;
  readonly #video: RTCRtpTransceiver;
  readonly #mode: PeerParts["mode"];
  readonly #events: PeerEvents;
  #loss = 0;
  #closed = false;

  constructor(parts: PeerParts, events: PeerEvents) {
    this.#mode = parts.mode;
    this.#events = events;
    this.#connection = new RTCPeerConnection({ iceServers: parts.servers, bundlePolicy: "max-bundle" });
    this.#channel = this.#connection.createDataChannel("face", { ordered: true });
    this.#audio = this.#connection.addTransceiver(parts.microphone ?? "audio", { direction: parts.microphone ? "sendrecv" : "recvonly" });
    // Always there, so that a camera, or a nurse who is to be seen, needs no new connection and no new question.
    this.#video = this.#connection.addTransceiver(parts.camera ?? "video", {
      direction: parts.microphone ? "sendrecv" : "recvonly", sendEncodings: [{ maxBitrate: CAMERA_BITRATE, maxFramerate: 15 }],
    });
    this.#listen();
  }

  #listen(): void {
    const connection = this.#connection;
    connection.addEventListener("icecandidate", ({ candidate }) => this.#events.send({ type: "candidate", candidate: candidate && {
      candidate: candidate.candidate, sdpMid: candidate.sdpMid, sdpMLineIndex: candidate.sdpMLineIndex,
    } }));
    connection.addEventListener("track", ({ track, receiver }) => {
      if (track.kind === "audio") this.#events.sound(new MediaStream([track]));
      else this.#events.picture(receiver);
    });
    connection.addEventListener("connectionstatechange", () => this.#judge());
    this.#channel.addEventListener("open", () => this.#judge());
    this.#channel.addEventListener("close", () => this.#lose());
    this.#channel.addEventListener("message", (event) => {
      const message = read(event.data);
      if (message !== null && "k" in message) this.#events.message(message, this.#audio.receiver);
    });
  }

  #judge(): void {
    clearTimeout(this.#loss);
    switch (this.#connection.connectionState) {
      case "connected":
        if (this.#channel.readyState === "open") this.#events.connected();
        break;
      case "disconnected":
        this.#loss = window.setTimeout(() => this.#lose(), LOSS_PATIENCE);
        break;
      case "failed":
      case "closed":
        this.#lose();
    }
  }

  #lose(): void {
    if (!this.#closed) this.#events.lost();
  }

  async offer(): Promise<void> {
    await this.#connection.setLocalDescription();
    const sdp = this.#connection.localDescription?.sdp;
    if (sdp !== undefined && !this.#closed) this.#events.send({ type: "offer", sdp, mode: this.#mode });
  }

  async answer(sdp: string): Promise<void> {
    if (this.#closed || this.#connection.signalingState !== "have-local-offer") return;
    await this.#connection.setRemoteDescription({ type: "answer", sdp });
  }

  /** False while the channel is not open: the socket carries the message then. */
  send(message: ToPersona): boolean {
    if (this.#channel.readyState !== "open") return false;
    this.#channel.send(JSON.stringify(message));
    return true;
  }

  /** Swaps the camera without a new offer; false if this connection was made to send nothing. */
  setCamera(track: MediaStreamTrack | null): boolean {
    if (this.#video.direction === "recvonly") return track === null;
    void this.#video.sender.replaceTrack(track);
    return true;
  }

  setMicrophone(track: MediaStreamTrack): void {
    void this.#audio.sender.replaceTrack(track);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#loss);
    this.#connection.close();
  }
}
