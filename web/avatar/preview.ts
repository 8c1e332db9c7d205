/**
 * A page to look at the face by hand; never part of the production build. Query: state, viseme (a fixed picture), text (spoken in a
 * loop), still, flat (no WebGL), frame ({"y":.4,"scale":1}), seed, at (seconds after which the title becomes "ready").
 */
import "../styles/tokens.css";
import "./preview.css";
import { createFace, type PersonaState } from "./face";
import type { Frame } from "./framing";
import { ANA } from "./paint/palette";
import { mouthGap, stillPose, type FacePose } from "./rig";
import { visemesFromSpelling } from "./spelling";
import { Stage } from "./stage";
import { isViseme, VISEME_POSES } from "./visemes";

const query = new URLSearchParams(location.search);
const host = document.getElementById("face")!;
const figures = document.getElementById("figures")!;
const state = (query.get("state") ?? "listening") as PersonaState;
const frame = query.has("frame") ? (JSON.parse(query.get("frame")!) as Frame) : undefined;

if (query.has("flat")) withoutWebGL();
if (query.has("viseme") || query.has("pose")) showPicture();
else showFace();

function withoutWebGL(): void {
  const open = HTMLCanvasElement.prototype.getContext as (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) => RenderingContext | null;
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
    return kind === "webgl2" ? null : open.call(this, kind, ...rest);
  } as typeof HTMLCanvasElement.prototype.getContext;
}

function showPicture(): void {
  const viseme = query.get("viseme") ?? "sil";
  const pose: FacePose = { ...stillPose(state), ...(isViseme(viseme) ? VISEME_POSES[viseme] : {}) };
  Object.assign(pose, JSON.parse(query.get("pose") ?? "{}"), { gap: mouthGap(pose) });
  const stage: Stage = new Stage(host, ANA, frame, () => {
    stage.draw(pose);
    if (stage.isReady) document.title = "ready";
  });
  stage.setStill(true);
}

function showFace(): void {
  const face = createFace(host, { still: query.has("still"), seed: Number(query.get("seed") ?? 5), ...(frame && { frame }) });
  face.setState(state);
  countFrames();
  const text = query.get("text");
  if (text) speakForEver(face.say.bind(face), text);
  setTimeout(() => (document.title = "ready"), Number(query.get("at") ?? 2) * 1000);
}

function speakForEver(say: ReturnType<typeof createFace>["say"], text: string, utterance = 1): void {
  const events = visemesFromSpelling(text);
  say(utterance, null, events);
  setTimeout(() => speakForEver(say, text, utterance + 1), events.at(-1)![0] + 600);
}

/** Frames drawn a second, and the canvas's size. */
function countFrames(): void {
  let drawn = 0;
  const { clear } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.clear = function (mask) {
    drawn += 1;
    clear.call(this, mask);
  };
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...rectangle) {
    drawn += 1;
    clearRect.apply(this, rectangle);
  };
  setInterval(() => {
    const canvas = host.querySelectorAll("canvas")[1];
    figures.textContent = `${drawn} frames/s ${canvas?.width}x${canvas?.height}`;
    drawn = 0;
  }, 1000);
}
