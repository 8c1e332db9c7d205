/** The nurse's connection to a call: one socket for as long as she is in it, and a peer that is made anew when it breaks. */

export type FromRoom =
  | { k: "room"; mode: "empty" | "listening" | "introducing" | "talking"; patient: "here" | "gone" | "reads" }
  | { k: "cap"; text: string; done: boolean }
  | { k: "you"; text: string; final: boolean }
  | { k: "over"; reason: string };
type FromServer =
  | { type: "ice"; servers: RTCIceServer[] }
  | { type: "answer"; sdp: string }
  | { type: "error"; code: string; message: string; retryable: boolean };
export type ToRoom = { k: "talk" } | { k: "back" } | { k: "leave" } | { k: "end" };

/** Bits a second of the nurse's camera: enough at 640x360. */
const CAMERA_BITRATE = 400_000;
/** Milliseconds a broken connection may take to heal before a new one is made; the server waits 5 s. */
const LOSS_PATIENCE = 1_500;

export interface LineEvents {
  message(message: FromRoom): void;
  sound(stream: MediaStream): void;
  picture(receiver: RTCRtpReceiver): void;
  /** The server refused, in its words, or the line is gone (null). */
  closed(why: string | null): void;
}

export class RoomLine {
  readonly #socket: WebSocket;
  readonly #events: LineEvents;
  #servers: RTCIceServer[] = [];
  #peer: RTCPeerConnection | null = null;
  #audio: RTCRtpSender | null = null;
  #video: RTCRtpSender | null = null;
  #microphone: MediaStreamTrack | null = null;
  #camera: MediaStreamTrack | null = null;
  #in = false;
  #loss = 0;
  #why: string | null = null;

  constructor(checkin: string, events: LineEvents) {
    this.#events = events;
    const address = new URL(`/staff/check-ins/${checkin}/room`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new WebSocket(address);
    this.#socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(String(data)) as FromServer | FromRoom));
    this.#socket.addEventListener("close", () => { this.#drop(); events.closed(this.#why); });
  }

  send(message: ToRoom): void {
    this.#put(message);
  }

  setMicrophone(track: MediaStreamTrack | null): void {
    this.#microphone = track;
    void this.#audio?.replaceTrack(track);
  }

  setCamera(track: MediaStreamTrack | null): void {
    this.#camera = track;
    void this.#video?.replaceTrack(track);
  }

  close(): void {
    this.#drop();
    this.#socket.close();
  }

  #receive(message: FromServer | FromRoom): void {
    if ("k" in message) {
      if (message.k === "room" && !this.#in) {
        this.#in = true;
        this.#call();
      }
      return this.#events.message(message);
    }
    switch (message.type) {
      case "ice": this.#servers = message.servers; return;
      case "answer": void this.#peer?.setRemoteDescription({ type: "answer", sdp: message.sdp }); return;
      case "error": this.#why = message.message;
    }
  }

  /** A fresh peer; the old one, if any, is thrown away. */
  #call(): void {
    this.#drop();
    const peer = new RTCPeerConnection({ iceServers: this.#servers, bundlePolicy: "max-bundle" });
    this.#peer = peer;
    this.#audio = peer.addTransceiver(this.#microphone ?? "audio", { direction: "sendrecv" }).sender;
    this.#video = peer.addTransceiver(this.#camera ?? "video", {
      direction: "sendrecv", sendEncodings: [{ maxBitrate: CAMERA_BITRATE, maxFramerate: 15 }],
    }).sender;
    peer.addEventListener("icecandidate", ({ candidate }) => this.#put({ type: "candidate", candidate: candidate && {
      candidate: candidate.candidate, sdpMid: candidate.sdpMid, sdpMLineIndex: candidate.sdpMLineIndex,
    } }));
    peer.addEventListener("track", ({ track, receiver }) => {
      if (track.kind === "audio") this.#events.sound(new MediaStream([track]));
      else this.#events.picture(receiver);
    });
    peer.addEventListener("connectionstatechange", () => this.#judge(peer));
    void peer.setLocalDescription().then(() => {
      if (peer === this.#peer) this.#put({ type: "offer", sdp: peer.localDescription?.sdp ?? "", mode: "video" });
    });
  }

  #judge(peer: RTCPeerConnection): void {
    if (peer !== this.#peer) return;
    clearTimeout(this.#loss);
    if (peer.connectionState === "failed") this.#call();
    if (peer.connectionState === "disconnected") this.#loss = window.setTimeout(() => this.#call(), LOSS_PATIENCE);
  }

  #put(message: object): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #drop(): void {
    clearTimeout(this.#loss);
    const peer = this.#peer;
    this.#peer = this.#audio = this.#video = null;
    peer?.close();
  }
}
