/** "Painted relief": layers painted once are bent by a 3D head turn; eyes and mouth are computed for every pixel. WebGL2. */
import { clamp, lerp } from "../curves";
import { EYE_X, eyeShape, IRIS_RADIUS } from "../eyeshape";
import type { Framing } from "../framing";
import { HairSway } from "../hairsway";
import { MOUTH_Y, mouthShape } from "../mouthshape";
import { components, type Palette } from "../paint/palette";
import type { Rectangle } from "../paint/layer";
import { PORTRAIT_LAYERS, type Portrait, type PortraitLayer } from "../paint/portrait";
import type { PortraitRenderer } from "../renderer";
import type { FacePose } from "../rig";
import { EYE_SHADER } from "./eyeshader";
import { PLAIN_SHADER, SKIN_SHADER } from "./layershaders";
import { MOUTH_SHADER } from "./mouthshader";
import { buildGrid, compiled, finishProgram, startProgram, uploadTexture, type Draft, type Grid, type Program } from "./program";
import { LAYER_KIND, VERTEX_SHADER, type LayerKind } from "./vertexshader";

interface Painted {
  texture: WebGLTexture;
  bounds: Rectangle;
}

type ProgramName = "plain" | "skin" | "eye" | "mouth";

const MOUTH_BOUNDS: Rectangle = [-66, 78, 66, 186];
/** Frames in flight: a graphics card works behind our back; the processor must not be given a second frame. */
const HARDWARE_DEPTH = 2;
const SOFTWARE_DEPTH = 1;
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

const CONTEXT_OPTIONS: WebGLContextAttributes = {
  alpha: true, antialias: false, depth: false, stencil: false, premultipliedAlpha: true, powerPreference: "low-power",
};

export class ReliefRenderer implements PortraitRenderer {
  readonly isSoftware: boolean;
  private readonly drafts: Record<ProgramName, Draft>;
  private programs!: Record<ProgramName, Program>;
  private readonly grids = new Map<string, Grid>();
  private readonly sway = new HairSway();
  private readonly inFlight: WebGLSync[] = [];
  private layers: Record<PortraitLayer, Painted> | null = null;
  private view: Framing | null = null;
  private hang = 0;

  /** null when this browser has no WebGL2 (or blocks it). */
  static create(canvas: HTMLCanvasElement, palette: Palette): ReliefRenderer | null {
    const gl = canvas.getContext("webgl2", CONTEXT_OPTIONS);
    return gl && !gl.isContextLost() ? new ReliefRenderer(gl, canvas, palette) : null;
  }

  private constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly canvas: HTMLCanvasElement,
    private readonly palette: Palette,
  ) {
    this.isSoftware = drawnBySoftware(gl);
    const start = (fragment: string) => startProgram(gl, VERTEX_SHADER, fragment);
    this.drafts = { plain: start(PLAIN_SHADER), skin: start(SKIN_SHADER), eye: start(EYE_SHADER), mouth: start(MOUTH_SHADER) };
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  async prepare(): Promise<void> {
    const { gl, drafts } = this;
    await compiled(gl, Object.values(drafts));
    const { plain, skin, eye, mouth } = drafts;
    this.programs ??= {
      plain: finishProgram(gl, plain), skin: finishProgram(gl, skin), eye: finishProgram(gl, eye), mouth: finishProgram(gl, mouth),
    };
  }

  setPortrait(portrait: Portrait): void {
    for (const old of Object.values(this.layers ?? {})) this.gl.deleteTexture(old.texture);
    const painted = PORTRAIT_LAYERS.map((name) => {
      const { canvas, bounds } = portrait[name];
      return [name, { texture: uploadTexture(this.gl, canvas), bounds }] as const;
    });
    this.layers = Object.fromEntries(painted) as Record<PortraitLayer, Painted>;
  }

  resize(framing: Framing): void {
    this.view = framing;
    this.canvas.width = framing.canvas.width;
    this.canvas.height = framing.canvas.height;
  }

  draw(pose: FacePose): void {
    const { gl, view } = this;
    if (!view || !this.layers || gl.isContextLost()) return;
    this.hang = this.sway.step(pose);
    gl.viewport(0, 0, view.canvas.width, view.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.drawLayer("backHair", "backHair", pose, 6, 8);
    this.drawLayer("body", "body", pose, 8, 14);
    this.drawLayer("neck", "neck", pose, 4, 12);
    this.drawSkin(pose);
    this.drawMouth(pose);
    this.drawEye(pose, -1);
    this.drawEye(pose, 1);
    this.drawLayer("hairLeft", "frontHair", pose, 12, 22);
    this.drawLayer("hairRight", "frontHair", pose, 14, 22);
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    if (fence) this.inFlight.push(fence);
    gl.flush();
  }

  isBusy(): boolean {
    const { gl, inFlight } = this;
    while (inFlight[0] && gl.getSyncParameter(inFlight[0], gl.SYNC_STATUS) === gl.SIGNALED) gl.deleteSync(inFlight.shift()!);
    return inFlight.length >= (this.isSoftware ? SOFTWARE_DEPTH : HARDWARE_DEPTH);
  }

  destroy(): void {
    this.layers = null;
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  private drawLayer(name: PortraitLayer, kind: LayerKind, pose: FacePose, columns: number, rows: number): void {
    const { texture, bounds } = this.layers![name];
    this.use("plain", pose, bounds, kind);
    this.bindPicture("plain", "uPicture", 0, texture);
    this.drawGrid(columns, rows);
  }

  private drawSkin(pose: FacePose): void {
    const { face, expression } = this.layers!;
    const { skin } = this.palette;
    this.use("skin", pose, face.bounds, "skin");
    this.bindPicture("skin", "uPicture", 0, face.texture);
    this.bindPicture("skin", "uCreases", 1, expression.texture);
    const forehead = 0.16 * Math.max(0, pose.browOut - 0.1) + 0.14 * Math.max(0, pose.browIn - 0.2);
    this.set3("skin", "uCreaseWeights", [
      0.05 + 0.34 * clamp(pose.smile + 0.2 * Math.max(0, pose.wide)), 0.55 * pose.furrow + 0.06 * pose.browIn, forehead,
    ]);
    const deep = components(skin.deep);
    const [r, g, b] = components(skin.shade);
    this.set3("skin", "uShade", [lerp(r, deep[0], 0.35), lerp(g, deep[1], 0.35), lerp(b, deep[2], 0.35)]);
    this.set3("skin", "uBlush", components(skin.blush));
    this.drawGrid(24, 32);
  }

  private drawEye(pose: FacePose, side: -1 | 1): void {
    const { eye, skin } = this.palette;
    const shape = eyeShape(pose, side);
    const center = EYE_X * side;
    const bounds: Rectangle = side < 0 ? [center - 46, -40, center + 40, 28] : [center - 40, -40, center + 46, 28];
    this.use("eye", pose, bounds, "feature");
    this.set3("eye", "uFeature", [center, 0, -6]);
    this.setArray("eye", "uUpper", shape.upper);
    this.setArray("eye", "uLower", shape.lower);
    this.set4("eye", "uEye", [center, side, shape.open, shape.squint]);
    this.set4("eye", "uIris", [shape.gazeX, shape.gazeY, IRIS_RADIUS, (pose.pupil - 0.5) * 2]);
    this.setColors("eye", {
      uOuter: eye.outer, uMiddle: eye.mid, uInner: eye.inner, uLash: eye.lash,
      uLit: side < 0 ? skin.lit : skin.mid, uShade: skin.shade, uDeep: skin.deep,
    });
    this.setPixel("eye");
    this.drawGrid(6, 5);
  }

  private drawMouth(pose: FacePose): void {
    const { lip, skin } = this.palette;
    const shape = mouthShape(pose);
    this.use("mouth", pose, MOUTH_BOUNDS, "feature");
    this.set3("mouth", "uFeature", [0, MOUTH_Y, 5 + shape.pucker * 10]);
    this.setArray("mouth", "uUpperOuter", shape.upperOuter);
    this.setArray("mouth", "uUpperInner", shape.upperInner);
    this.setArray("mouth", "uLowerInner", shape.lowerInner);
    this.setArray("mouth", "uLowerOuter", shape.lowerOuter);
    this.set4("mouth", "uMouth", [shape.halfWidth, shape.gap, shape.upperTeeth, shape.lowerTeeth]);
    this.set3("mouth", "uTongue", [shape.tongueY, shape.cornerY, shape.smile]);
    this.setColors("mouth", { uBase: lip.base, uHigh: lip.hi, uDark: lip.dark, uSkinDeep: skin.deep });
    this.setPixel("mouth");
    this.drawGrid(8, 8);
  }

  private use(name: ProgramName, pose: FacePose, bounds: Rectangle, kind: LayerKind): void {
    const { gl } = this;
    const { scale, originX, originY, canvas } = this.view!;
    gl.useProgram(this.programs[name].program);
    this.set4(name, "uBounds", bounds);
    this.set4(name, "uView", [
      (2 * scale) / canvas.width, (-2 * scale) / canvas.height, (2 * originX) / canvas.width - 1, 1 - (2 * originY) / canvas.height,
    ]);
    this.set3(name, "uTurn", [pose.yaw, pose.pitch, pose.roll]);
    this.set4(name, "uBody", [pose.shift, pose.breath, pose.lean, this.hang]);
    this.set4(name, "uJaw", [pose.jaw, pose.smile, pose.pucker, pose.cheek]);
    this.set4(name, "uBrow", [pose.browIn, pose.browOut, pose.furrow, pose.wide]);
    gl.uniform1i(this.at(name, "uKind"), LAYER_KIND[kind]);
  }

  private drawGrid(columns: number, rows: number): void {
    const key = `${columns}x${rows}`;
    const grid = this.grids.get(key) ?? buildGrid(this.gl, columns, rows);
    this.grids.set(key, grid);
    this.gl.bindVertexArray(grid.vertices);
    this.gl.drawElements(this.gl.TRIANGLES, grid.count, this.gl.UNSIGNED_SHORT, 0);
  }

  private bindPicture(name: ProgramName, uniform: string, unit: number, texture: WebGLTexture): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform1i(this.at(name, uniform), unit);
  }

  /** A uniform a shader does not use has no place; WebGL ignores null. */
  private at(name: ProgramName, uniform: string): WebGLUniformLocation | null {
    return this.programs[name].uniforms.get(uniform) ?? null;
  }

  private set3(name: ProgramName, uniform: string, values: readonly [number, number, number]): void {
    this.gl.uniform3f(this.at(name, uniform), ...values);
  }

  private set4(name: ProgramName, uniform: string, values: readonly [number, number, number, number]): void {
    this.gl.uniform4f(this.at(name, uniform), ...values);
  }

  private setArray(name: ProgramName, uniform: string, values: Float32Array): void {
    this.gl.uniform1fv(this.at(name, uniform), values);
  }

  private setColors(name: ProgramName, colors: Record<string, string>): void {
    for (const [uniform, color] of Object.entries(colors)) this.set3(name, uniform, components(color));
  }

  /** Edges are softened over three quarters of a pixel. */
  private setPixel(name: ProgramName): void {
    this.gl.uniform1f(this.at(name, "uPixel"), 0.75 / this.view!.scale);
  }
}

function drawnBySoftware(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  return SOFTWARE.test(String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)));
}
