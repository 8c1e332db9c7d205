/** The fallback without WebGL2: the same painted layers moved as flat cards, eyes and mouth drawn with paths. Canvas2D. */
import { bell, lerp, smooth } from "../curves";
import type { Framing } from "../framing";
import { HairSway } from "../hairsway";
import { IN_MEMORY, type Layer } from "../paint/layer";
import type { Palette } from "../paint/palette";
import type { Portrait } from "../paint/portrait";
import type { PortraitRenderer } from "../renderer";
import type { FacePose } from "../rig";
import { drawEye } from "./eye";
import { drawMouth } from "./mouth";

/** Depth of each card in front of the head's axis, design units. */
const DEPTH = { backHair: -36, neck: -4, face: 84, hair: 56 };
const PIVOT = { y: 160, z: -70 };
const FACE_STRIP = 6;

export class FlatRenderer implements PortraitRenderer {
  /** Nobody can tell from a 2D context whether a graphics card stands behind it: expect the worst. */
  readonly isSoftware = true;
  private readonly sway = new HairSway();
  private portrait: Portrait | null = null;
  private view: Framing | null = null;

  /** null when there is no canvas at all. In main memory, where the work can be measured and skipped. */
  static create(canvas: HTMLCanvasElement, palette: Palette): FlatRenderer | null {
    const context = canvas.getContext("2d", IN_MEMORY);
    return context && new FlatRenderer(context, canvas, palette);
  }

  private constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly canvas: HTMLCanvasElement,
    private readonly palette: Palette,
  ) {}

  async prepare(): Promise<void> {}

  setPortrait(portrait: Portrait): void {
    this.portrait = portrait;
  }

  resize(framing: Framing): void {
    this.view = framing;
    this.canvas.width = framing.canvas.width;
    this.canvas.height = framing.canvas.height;
  }

  draw(pose: FacePose): void {
    const { context, portrait, view } = this;
    if (!portrait || !view) return;
    const hang = this.sway.step(pose);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, view.canvas.width, view.canvas.height);
    this.placeCard(pose, DEPTH.backHair);
    this.drawHanging(portrait.backHair, hang * 0.8);
    this.placeBody(pose);
    this.drawCard(portrait.body);
    this.placeCard(pose, DEPTH.neck);
    this.drawCard(portrait.neck);
    this.placeCard(pose, DEPTH.face);
    this.drawSkin(portrait.face, pose);
    drawMouth(context, pose, this.palette);
    for (const side of [-1, 1] as const) drawEye(context, pose, side, this.palette);
    this.placeCard(pose, DEPTH.hair);
    this.drawHanging(portrait.hairLeft, hang);
    this.drawHanging(portrait.hairRight, hang);
  }

  isBusy(): boolean {
    return false;
  }

  destroy(): void {
    this.portrait = null;
    this.canvas.width = this.canvas.height = 0;
  }

  /** Design units to pixels for a card at this depth, turned with the head. */
  private placeCard(pose: FacePose, depth: number): void {
    const z = depth - PIVOT.z;
    const k = 1500 / (1430 - depth - pose.lean * 34);
    const cr = Math.cos(pose.roll) * k;
    const sr = Math.sin(pose.roll) * k;
    const cy = Math.cos(pose.yaw);
    const cp = Math.cos(pose.pitch);
    const x = z * Math.sin(pose.yaw);
    const y = z * Math.sin(pose.pitch);
    const dx = x * cr - (y - PIVOT.y * cp) * sr + pose.shift;
    const dy = x * sr + (y - PIVOT.y * cp) * cr + PIVOT.y - pose.breath * 2.4;
    this.transform(cy * cr, cy * sr, -cp * sr, cp * cr, dx, dy);
  }

  private placeBody(pose: FacePose): void {
    this.transform(1 + 0.008 * pose.breath, 0, 0, 1, pose.shift * 0.35 + pose.roll * 8, -10 - pose.breath * 3);
  }

  private transform(a: number, b: number, c: number, d: number, e: number, f: number): void {
    const { scale, originX, originY } = this.view!;
    this.context.setTransform(a * scale, b * scale, c * scale, d * scale, e * scale + originX, f * scale + originY);
  }

  private drawCard({ canvas, bounds: [x0, y0, x1, y1] }: Layer): void {
    this.context.drawImage(canvas, x0, y0, x1 - x0, y1 - y0);
  }

  /** Hair is sheared: the tips lag behind the head. */
  private drawHanging(layer: Layer, hang: number): void {
    this.context.save();
    this.context.transform(1, 0, hang / 240, 1, 0, 0);
    this.drawCard(layer);
    this.context.restore();
  }

  /** The face in strips, each moved by jaw and brows; strips overlap by a unit of the same skin so that no seam shows. */
  private drawSkin({ canvas, bounds: [x0, y0, x1, y1], scale }: Layer, pose: FacePose): void {
    for (let y = y0; y < y1; y += FACE_STRIP) {
      const next = Math.min(y1, y + FACE_STRIP + 1);
      const top = y + skinShift(y, pose);
      const bottom = next + skinShift(next, pose);
      const narrow = 1 - 0.035 * pose.jaw * smooth(60, 150, y);
      this.context.drawImage(
        canvas, 0, (y - y0) * scale, canvas.width, (next - y) * scale, x0 * narrow, top, (x1 - x0) * narrow, bottom - top,
      );
    }
  }
}

function skinShift(y: number, pose: FacePose): number {
  const brows = lerp(pose.browIn * 12, pose.browOut * 10, 0.4) * bell(y, -44, 24);
  const cheeks = pose.smile * 4 * bell(y, 70, 26);
  return pose.jaw * 20 * smooth(62, 176, y) - brows - cheeks;
}
