/** A center-parted bob: two front curtains of painted strands and the mass behind the neck. */
import { along, bell, clamp, lerp, smooth } from "../curves";
import { Layer, scatter, type Rectangle, type Vertex } from "./layer";
import { mix, tint, type Palette } from "./palette";

export type Side = -1 | 1;

const FRONT_BOUNDS: Record<"left" | "right", Rectangle> = { right: [-60, -240, 196, 270], left: [-196, -240, 10, 270] };
const BACK_BOUNDS: Rectangle = [-196, -240, 196, 275];

/** Inner edge (at the face) and outer edge (silhouette), from the parting to the tips. */
const GUIDES: Record<"left" | "right", { inner: readonly Vertex[]; outer: readonly Vertex[] }> = {
  right: {
    inner: [[-38, -140], [-2, -118], [44, -93], [86, -58], [113, -8], [122, 50], [119, 108], [112, 160], [100, 208]],
    outer: [[-52, -209], [36, -222], [108, -195], [151, -132], [167, -50], [171, 34], [171, 108], [160, 176], [110, 230]],
  },
  left: {
    inner: [[-34, -140], [-58, -118], [-88, -84], [-111, -36], [-121, 18], [-119, 80], [-121, 134], [-113, 176], [-96, 210]],
    outer: [[-22, -216], [-88, -209], [-138, -156], [-162, -78], [-170, 4], [-172, 84], [-170, 140], [-158, 192], [-106, 230]],
  },
};

/** One curtain: side -1 hangs on the left of the picture, under the lamp. */
export function paintFrontHair(palette: Palette, scale: number, side: Side): Layer {
  const curtain = new Curtain(palette, scale, side);
  curtain.paintMass();
  curtain.paintLocks();
  curtain.paintSheen();
  curtain.paintShade();
  curtain.paintRim();
  if (side > 0) curtain.paintParting();
  curtain.paintLooseStrands();
  return curtain.layer;
}

class Curtain {
  readonly layer: Layer;
  private readonly inner: readonly Vertex[];
  private readonly outer: readonly Vertex[];
  private readonly hair: Palette["hair"];
  private readonly lamplit: boolean;

  constructor(
    private readonly palette: Palette,
    scale: number,
    private readonly side: Side,
  ) {
    const name = side > 0 ? "right" : "left";
    this.layer = new Layer(FRONT_BOUNDS[name], scale);
    this.inner = GUIDES[name].inner;
    this.outer = GUIDES[name].outer;
    this.hair = palette.hair;
    this.lamplit = side < 0;
  }

  paintMass(): void {
    const { context } = this.layer;
    const edge = Array.from({ length: 25 }, (_, j) => this.point(1, j / 24, 4, this.lamplit ? 1.1 : 0.4));
    const face = Array.from({ length: 25 }, (_, j) => this.point(0, (24 - j) / 24, 3, this.lamplit ? 0.9 : 0.2));
    context.save();
    context.beginPath();
    this.layer.spline(edge, false);
    this.layer.spline(face, false, false);
    context.closePath();
    context.fillStyle = this.massColor();
    context.fill();
    context.restore();
  }

  /** Dark underlayer, middle locks, light strands, dark gaps. */
  paintLocks(): void {
    const { hair, lamplit } = this;
    const R = (i: number) => this.chance(i);
    for (let i = 0; i < 46; i++) {
      this.taper(this.strand(R(i), 5, R(i + 50) * 6, 0, 0.86 + 0.16 * R(i + 9)), 3 + 4 * R(i + 3), hair.dark, 0.3);
    }
    for (let i = 0; i < 60; i++) {
      const u = R(i + 100);
      const lit = lamplit ? lerp(0.35, 1, u) : lerp(0.55, 0.08, u);
      const path = this.strand(u, 5, R(i + 150) * 6, 0, 0.84 + 0.18 * R(i + 19));
      this.taper(path, 2 + 3.2 * R(i + 33), mix(hair.base, hair.lit, lit), 0.34);
    }
    for (let i = 0; i < 150; i++) {
      const u = R(i + 200);
      const lit = lamplit ? lerp(0.4, 1, u) : lerp(0.7, 0.12, u);
      const from = R(i + 300) * 0.25;
      const path = this.strand(u, 5, R(i + 350) * 6, from, from + 0.35 + 0.45 * R(i + 360));
      this.taper(path, 0.7 + 0.8 * R(i + 333), mix(hair.base, hair.lit, 0.6 + 0.4 * R(i + 370)), 0.42 * lit, 0.3, 0.5);
    }
    for (let i = 0; i < 70; i++) {
      const path = this.strand(R(i + 400), 5, R(i + 450) * 6, R(i + 460) * 0.3, 0.6 + 0.4 * R(i + 470));
      this.taper(path, 0.6 + 0.7 * R(i + 433), hair.dark, 0.4, 0.3, 0.5);
    }
  }

  /** Where the crown, and lower down the bend of the bob, turn toward the lamp. */
  paintSheen(): void {
    const { hair, lamplit } = this;
    const R = (i: number) => this.chance(i);
    for (let i = 0; i < 130; i++) {
      const u = R(i + 500);
      const middle = lamplit ? 0.2 + 0.04 * Math.sin(u * 9) : 0.25 + 0.05 * Math.sin(u * 7);
      const length = 0.1 + 0.1 * R(i + 510);
      const from = middle - 0.05 + 0.06 * R(i + 520);
      const color = lamplit ? hair.glint : mix(hair.glint, hair.lit, 0.45);
      const path = this.strand(u, 5, R(i + 550) * 6, from, from + length, 8);
      this.taper(path, 0.5 + R(i + 530), color, (lamplit ? 0.5 : 0.3) * bell(u, 0.48, 0.34), 0.5, 0.5);
    }
    for (let i = 0; i < 60; i++) {
      const u = R(i + 600);
      const from = 0.52 + 0.05 * R(i + 620);
      const path = this.strand(u, 5, R(i + 650) * 6, from, from + 0.12 + 0.08 * R(i + 610), 8);
      const alpha = (lamplit ? 0.26 : 0.14) * bell(u, 0.6, 0.3);
      this.taper(path, 0.5 + 0.8 * R(i + 630), lamplit ? hair.glint : hair.lit, alpha, 0.5, 0.5);
    }
  }

  /** Shade at the inner edge, so that the curtain sits in front of the cheek; dark roots and tips. */
  paintShade(): void {
    const { layer, hair, side } = this;
    layer.context.globalCompositeOperation = "source-atop";
    layer.line(() => layer.spline(this.strand(0.02, 4, 0, 0, 1, 20), false), 20, hair.dark, 0.45, 8);
    layer.soft(-34, -182, 26, 46, 0, hair.dark, 0.46);
    layer.soft(side * 112, 222, 84, 44, 0, hair.dark, 0.6);
    layer.context.globalCompositeOperation = "source-over";
  }

  /** Moonlight on the right edge, lamplight on the left, fading toward the tips. */
  paintRim(): void {
    const { layer, lamplit } = this;
    layer.context.globalCompositeOperation = "source-atop";
    for (let q = 0; q < 26; q++) {
      const from = 0.1 + q * 0.026;
      const strength = Math.sin(Math.PI * clamp((from - 0.1) / 0.7));
      const path = this.strand(0.985, 4, lamplit ? 1.1 : 0.4, from, from + 0.05, 4);
      layer.line(
        () => layer.spline(path, false), lamplit ? 13 : 16, lamplit ? "#ffb46a" : "#8097ea", (lamplit ? 0.34 : 0.27) * strength, 6,
      );
    }
    layer.context.globalCompositeOperation = "source-over";
  }

  paintParting(): void {
    const { layer, hair, palette } = this;
    const { context } = layer;
    context.globalCompositeOperation = "source-atop";
    layer.curve([-38, -148, -44, -178, -46, -206], 5, mix(palette.skin.mid, hair.base, 0.35), 0.55, 5);
    for (let i = 0; i < 26; i++) {
      const f = this.chance(i + 900);
      const y = lerp(-150, -205, f);
      const x = lerp(-39, -46, f);
      context.strokeStyle = tint(hair.dark, 0.45);
      context.lineWidth = 0.8;
      context.beginPath();
      context.moveTo(x - 2 + 4 * this.chance(i + 910), y);
      context.quadraticCurveTo(x + 14, y - 4, x + 30 + 10 * this.chance(i), y + 4 * this.chance(i + 3));
      context.stroke();
    }
    context.globalCompositeOperation = "source-over";
  }

  /** Wisps beyond the silhouette and a few strands loose over the cheek. */
  paintLooseStrands(): void {
    const { hair, lamplit } = this;
    const R = (i: number) => this.chance(i);
    for (let i = 0; i < 26; i++) {
      const u = 1 + 0.028 * R(i + 700);
      const from = 0.12 + 0.5 * R(i + 710);
      const path = this.strand(u, 6, R(i + 720) * 6, from, from + 0.2 + 0.25 * R(i + 730));
      this.taper(path, 0.55, lamplit ? hair.glint : hair.cool, lamplit ? 0.3 : 0.2, 0.5, 0.5);
    }
    for (let i = 0; i < 7; i++) {
      const u = -0.03 - 0.05 * R(i + 800);
      const path = this.strand(u, 7, R(i + 820) * 6, 0.3 + 0.1 * R(i + 810), 0.72 + 0.2 * R(i + 830));
      this.taper(path, 0.7, mix(hair.base, hair.lit, 0.5), 0.5, 0.4, 0.5);
    }
  }

  private massColor(): CanvasGradient {
    const { hair, layer } = this;
    if (this.lamplit) {
      return layer.gradient(-182, 0, -30, -20, [[0, mix(hair.base, hair.lit, 0.75)], [0.4, mix(hair.base, hair.lit, 0.3)], [1, hair.root]]);
    }
    return layer.gradient(-40, -170, 184, 60, [
      [0, mix(hair.base, hair.lit, 0.35)], [0.4, hair.base], [0.8, hair.dark], [1, mix(hair.dark, "#38406e", 0.5)],
    ]);
  }

  private chance(i: number): number {
    return scatter(i * 1.37 + (this.side > 0 ? 0 : 500));
  }

  /** The point a share `across` from face to silhouette and `down` from parting to tip, waving a little on the way. */
  private point(across: number, down: number, wave: number, phase: number): Vertex {
    const a = along(this.inner, down);
    const b = along(this.outer, down);
    const swing = wave * smooth(0.26, 0.8, down) * Math.sin(down * 7.4 + phase);
    const spread = (across - 0.5) * 10 * smooth(0.5, 0.8, down) * (1 - smooth(0.84, 1, down));
    return [lerp(a[0], b[0], across) + swing + spread, lerp(a[1], b[1], across) + (swing + spread) * 0.2];
  }

  private strand(across: number, wave: number, phase: number, from: number, to: number, steps = 18): Vertex[] {
    return Array.from({ length: steps + 1 }, (_, j) => this.point(across, lerp(from, to, j / steps), wave, phase));
  }

  /** A stroke that is thin at both ends; `grow` and `shrink` are the shares of its length over which it changes. */
  private taper(path: readonly Vertex[], width: number, color: string, alpha: number, grow = 0.15, shrink = 0.35): void {
    const { context } = this.layer;
    const left: Vertex[] = [];
    const right: Vertex[] = [];
    path.forEach(([x, y], j) => {
      const before = path[Math.max(0, j - 1)]!;
      const after = path[Math.min(path.length - 1, j + 1)]!;
      const dx = after[0] - before[0];
      const dy = after[1] - before[1];
      const f = j / (path.length - 1);
      const half = (width * smooth(-0.05, grow, f) * (1 - smooth(1 - shrink, 1.02, f))) / (Math.hypot(dx, dy) || 1);
      left.push([x - dy * half, y + dx * half]);
      right.push([x + dy * half, y - dx * half]);
    });
    context.beginPath();
    this.layer.spline(left, false);
    this.layer.spline(right.reverse(), false, false);
    context.closePath();
    context.fillStyle = tint(color, alpha);
    context.fill();
  }
}

const BACK_HALF: readonly Vertex[] = [
  [0, -218], [78, -212], [132, -176], [160, -110], [170, -24], [172, 60], [171, 120], [160, 184], [124, 226], [60, 238], [0, 236],
];

export function paintBackHair(palette: Palette, scale: number): Layer {
  const layer = new Layer(BACK_BOUNDS, scale);
  const { context } = layer;
  const { hair } = palette;
  context.beginPath();
  layer.spline([...BACK_HALF, ...BACK_HALF.slice(1, -1).map(([x, y]): Vertex => [-x, y]).reverse()]);
  context.fillStyle = layer.gradient(-172, 0, 172, 0, [
    [0, mix(hair.root, hair.lit, 0.42)], [0.25, hair.root], [0.7, hair.dark], [1, mix(hair.dark, "#2b3056", 0.6)],
  ]);
  context.fill();
  context.save();
  context.clip();
  for (let i = 0; i < 120; i++) {
    const x = -170 + 340 * scatter(i);
    context.strokeStyle = tint(i % 2 ? hair.dark : mix(hair.root, hair.lit, 0.3), 0.22);
    context.lineWidth = 1 + 1.6 * scatter(i * 3);
    context.beginPath();
    context.moveTo(x * 0.9, -60);
    context.quadraticCurveTo(x, 80, x * lerp(0.8, 1, scatter(i * 7)), 256);
    context.stroke();
  }
  layer.soft(0, 130, 110, 140, 0, "#08060a", 0.75);
  context.restore();
  return layer;
}
