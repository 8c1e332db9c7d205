/**
 * A canvas covering a rectangle of design space, and the brushes everything is painted with.
 * Design space: origin between the eyes, y down, face about 240 wide, crown near -215, shoulders near +300.
 */
import { smooth } from "../curves";
import { tint } from "./palette";

export type Rectangle = readonly [x0: number, y0: number, x1: number, y1: number];
export type Vertex = readonly [x: number, y: number];
type Context = CanvasRenderingContext2D;
type Stops = readonly (readonly [at: number, color: string])[];

/** The same n always gives the same number in 0..1, so that a painting never changes between visits. */
export function scatter(n: number): number {
  const s = Math.sin(n * 127.1 + 3.7) * 43758.5453;
  return s - Math.floor(s);
}

/** Adds a Catmull-Rom curve through the points to the context's path. */
export function traceSpline(context: Context, points: readonly (readonly number[])[], closed: boolean, move = true): void {
  const n = points.length;
  const at = (i: number) => points[closed ? (i + n) % n : Math.min(Math.max(i, 0), n - 1)]! as unknown as Vertex;
  if (move) context.moveTo(at(0)[0], at(0)[1]);
  for (let i = 0; i < (closed ? n : n - 1); i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    context.bezierCurveTo(
      b[0] + (c[0] - a[0]) / 6, b[1] + (c[1] - a[1]) / 6, c[0] - (d[0] - b[0]) / 6, c[1] - (d[1] - b[1]) / 6, c[0], c[1],
    );
  }
  if (closed) context.closePath();
}

/** A rectangle with round corners as the context's path; `roundRect` is missing on phones from before 2022. */
export function traceRoundedRectangle(context: Context, x: number, y: number, width: number, height: number, top: number, bottom = top): void {
  context.beginPath();
  context.moveTo(x + top, y);
  context.arcTo(x + width, y, x + width, y + height, top);
  context.arcTo(x + width, y + height, x, y + height, bottom);
  context.arcTo(x, y + height, x, y, bottom);
  context.arcTo(x, y, x + width, y, top);
  context.closePath();
}

/** Fills a gradient with a Gaussian fall-off: soft edges without `context.filter`, which Safari lacks. */
export function softStops(gradient: CanvasGradient, color: string, alpha: number, steepness: number, tail: number): CanvasGradient {
  for (let i = 0; i <= 8; i++) {
    const t = i / 8;
    gradient.addColorStop(t, tint(color, alpha * Math.exp(-t * t * steepness) * (1 - smooth(tail, 1, t))));
  }
  return gradient;
}

/**
 * Painted in main memory: thousands of small soft dabs are slow on a graphics card played by the processor (seconds, in which
 * nothing else on the page is drawn), and once painted they are only ever copied.
 */
export const IN_MEMORY: CanvasRenderingContext2DSettings = { willReadFrequently: true };

export class Layer {
  readonly canvas = document.createElement("canvas");
  readonly context: Context;

  /** scale = canvas pixels a design unit. */
  constructor(
    readonly bounds: Rectangle,
    readonly scale: number,
  ) {
    const [x0, y0, x1, y1] = bounds;
    this.canvas.width = Math.ceil((x1 - x0) * scale);
    this.canvas.height = Math.ceil((y1 - y0) * scale);
    const context = this.canvas.getContext("2d", IN_MEMORY);
    if (!context) throw new Error("This browser cannot paint on a canvas.");
    context.setTransform(scale, 0, 0, scale, -x0 * scale, -y0 * scale);
    context.lineCap = "round";
    context.lineJoin = "round";
    this.context = context;
  }

  spline(points: readonly (readonly number[])[], closed = true, move = true): void {
    traceSpline(this.context, points, closed, move);
  }

  /** A soft elliptic dab of color. */
  soft(x: number, y: number, rx: number, ry: number, angle: number, color: string, alpha: number): void {
    const { context } = this;
    context.save();
    context.translate(x, y);
    if (angle) context.rotate(angle);
    context.scale(rx, ry);
    context.fillStyle = softStops(context.createRadialGradient(0, 0, 0, 0, 0, 1), color, alpha, 3.4, 0.72);
    context.beginPath();
    context.arc(0, 0, 1, 0, 6.2832);
    context.fill();
    context.restore();
  }

  /** A stroke whose edge fades: n strokes of falling width over each other. */
  line(trace: (context: Context) => void, width: number, color: string, alpha: number, n = 6): void {
    const { context } = this;
    for (let i = n; i > 0; i--) {
      context.strokeStyle = tint(color, alpha / n);
      context.lineWidth = (width * i) / n;
      context.beginPath();
      trace(context);
      context.stroke();
    }
  }

  /** A soft stroke along one quadratic curve. */
  curve(p: readonly [number, number, number, number, number, number], width: number, color: string, alpha: number, n = 6): void {
    this.line((c) => {
      c.moveTo(p[0], p[1]);
      c.quadraticCurveTo(p[2], p[3], p[4], p[5]);
    }, width, color, alpha, n);
  }

  gradient(x0: number, y0: number, x1: number, y1: number, stops: Stops): CanvasGradient {
    const gradient = this.context.createLinearGradient(x0, y0, x1, y1);
    for (const [at, color] of stops) gradient.addColorStop(at, color);
    return gradient;
  }
}
