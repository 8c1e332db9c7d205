/** What the stage asks of a renderer: the painted relief (WebGL2) or the flat one (Canvas2D). */
import type { Framing } from "./framing";
import type { Portrait } from "./paint/portrait";
import type { FacePose } from "./rig";

export interface PortraitRenderer {
  /** True when every pixel is computed by the processor that also plays the call's audio. */
  readonly isSoftware: boolean;
  /** Resolves when drawing can begin; rejects when this device cannot. */
  prepare(): Promise<void>;
  setPortrait(portrait: Portrait): void;
  resize(framing: Framing): void;
  draw(pose: FacePose): void;
  /** True while earlier frames are still being drawn: skip, do not queue. */
  isBusy(): boolean;
  destroy(): void;
}
