/** Shoulders: a knitted cardigan over a plain teal top, and the badge. No stethoscope, no credential: she is a computer helper. */
import { paintBadge } from "./badge";
import { Layer, scatter } from "./layer";
import { mix, tint, type Palette } from "./palette";

type Context = CanvasRenderingContext2D;

export function paintBody(palette: Palette, scale: number): Layer {
  const layer = new Layer([-334, 150, 334, 700], scale);
  const { context } = layer;
  const [a, b, c, d, e] = palette.cloth.cardigan;
  shoulders(context);
  context.fillStyle = layer.gradient(-300, 300, 320, 430, [[0, a], [0.28, b], [0.58, c], [0.86, d], [1, e]]);
  context.fill();
  context.save();
  shoulders(context);
  context.clip();
  paintKnit(context);
  paintCardiganFolds(layer);
  paintTop(layer, palette);
  paintNeckSkin(layer, palette);
  paintNeckline(layer, palette);
  for (const side of [-1, 1] as const) paintBand(layer, palette, side);
  paintBadge(layer, palette);
  paintLight(layer);
  context.restore();
  return layer;
}

function shoulders(c: Context): void {
  c.beginPath();
  c.moveTo(-52, 196);
  c.bezierCurveTo(-64, 230, -92, 246, -140, 262);
  c.bezierCurveTo(-214, 284, -264, 314, -284, 394);
  c.bezierCurveTo(-302, 470, -310, 560, -314, 702);
  c.lineTo(314, 702);
  c.bezierCurveTo(310, 560, 302, 470, 284, 394);
  c.bezierCurveTo(264, 314, 214, 284, 140, 262);
  c.bezierCurveTo(92, 246, 64, 230, 52, 196);
  c.closePath();
}

/** Rows of tiny v-shaped stitches, very low contrast: a dark and a light pass, one path for each side of the lamp. */
function paintKnit(c: Context): void {
  const stitches = (left: boolean, down: number, color: string) => {
    c.strokeStyle = color;
    c.lineWidth = 1;
    for (let y = 236; y < 702; y += 7.2) {
      for (let x = -312; x < 312; x += 6.4) {
        if (Math.abs(x) < 96 || x < 0 !== left) continue;
        c.beginPath();
        c.moveTo(x, y + down);
        c.lineTo(x + 3.2, y + down + (down ? 4 : 4.2));
        c.lineTo(x + 6.4, y + down);
        c.stroke();
      }
    }
  };
  stitches(true, 0, "rgba(70,48,44,.075)");
  stitches(false, 0, "rgba(70,48,44,.04125)");
  stitches(true, 2.2, "rgba(255,243,222,.085)");
  stitches(false, 2.2, "rgba(255,243,222,.03)");
}

function paintCardiganFolds(layer: Layer): void {
  layer.curve([-250, 360, -196, 440, -190, 620], 34, "#6d5448", 0.2, 8);
  layer.curve([-212, 330, -168, 430, -160, 640], 22, "#fff3dc", 0.22, 8);
  layer.curve([-150, 300, -132, 420, -126, 640], 24, "#6d5448", 0.16, 8);
  layer.curve([250, 360, 196, 440, 190, 620], 36, "#221c34", 0.3, 8);
  layer.curve([206, 326, 166, 430, 158, 640], 22, "#c4b8c8", 0.14, 8);
  layer.curve([150, 300, 132, 420, 126, 640], 26, "#221c34", 0.26, 8);
}

function paintTop(layer: Layer, { cloth }: Palette): void {
  const { context } = layer;
  context.save();
  context.beginPath();
  context.moveTo(-88, 226);
  context.bezierCurveTo(-112, 300, -106, 420, -88, 702);
  context.lineTo(88, 702);
  context.bezierCurveTo(106, 420, 112, 300, 88, 226);
  context.closePath();
  context.clip();
  context.fillStyle = layer.gradient(-112, 260, 122, 340, [[0, cloth.lit], [0.45, cloth.base], [1, cloth.shade]]);
  context.fillRect(-130, 190, 260, 520);
  layer.curve([-62, 318, -44, 420, -54, 580], 26, cloth.shade, 0.42, 8);
  layer.curve([54, 328, 42, 430, 62, 600], 30, cloth.deep, 0.6, 8);
  layer.curve([-8, 372, 8, 470, -6, 690], 40, cloth.shade, 0.3, 8);
  layer.curve([-36, 392, -24, 500, -40, 690], 26, cloth.pipe, 0.14, 8);
  layer.curve([-82, 290, -76, 380, -80, 560], 22, cloth.pipe, 0.26, 8);
  for (let i = 0; i < 900; i++) {
    context.fillStyle = `rgba(255,255,255,${0.02 * scatter(i)})`;
    context.fillRect(-110 + 220 * scatter(i * 1.3), 230 + 470 * scatter(i * 2.1), 1.4, 0.8);
  }
  context.restore();
}

function paintNeckSkin(layer: Layer, { skin }: Palette): void {
  const { context } = layer;
  context.save();
  context.beginPath();
  context.moveTo(-76, 206);
  context.bezierCurveTo(-64, 262, -30, 316, 0, 350);
  context.bezierCurveTo(30, 316, 64, 262, 76, 206);
  context.closePath();
  context.clip();
  context.fillStyle = layer.gradient(-70, 240, 78, 272, [[0, skin.lit], [0.4, skin.mid], [1, skin.shade]]);
  context.fillRect(-90, 150, 180, 220);
  layer.soft(12, 204, 120, 112, 0, skin.deep, 0.8);
  layer.curve([-68, 262, -40, 263, -14, 280], 11, skin.deep, 0.22, 8);
  layer.curve([68, 262, 40, 263, 14, 280], 11, skin.deep, 0.28, 8);
  layer.curve([-62, 255, -40, 257, -20, 270], 7, skin.hi, 0.26, 8);
  layer.soft(2, 280, 24, 22, 0, skin.deep, 0.3);
  layer.soft(-20, 304, 26, 30, 0.4, skin.hi, 0.22);
  context.restore();
}

function paintNeckline(layer: Layer, { cloth }: Palette): void {
  const { context } = layer;
  const vee = (c: Context) => {
    c.moveTo(-82, 208);
    c.bezierCurveTo(-70, 264, -34, 320, 0, 356);
    c.bezierCurveTo(34, 320, 70, 264, 82, 208);
  };
  layer.line(vee, 22, cloth.deep, 0.45, 6);
  context.beginPath();
  vee(context);
  context.strokeStyle = layer.gradient(-80, 0, 80, 0, [[0, mix(cloth.lit, cloth.pipe, 0.5)], [0.5, cloth.base], [1, cloth.shade]]);
  context.lineWidth = 10;
  context.stroke();
  context.strokeStyle = tint(cloth.pipe, 0.34);
  context.lineWidth = 1.3;
  context.beginPath();
  context.moveTo(-85, 212);
  context.bezierCurveTo(-73, 268, -37, 325, 0, 361);
  context.stroke();
}

function paintBand(layer: Layer, { cloth }: Palette, side: -1 | 1): void {
  const { context } = layer;
  const lamplit = side < 0;
  const [a, b, c, d] = cloth.cardigan;
  const band = (out: number) => (path: Context) => {
    path.moveTo(side * (72 + out), 206);
    path.bezierCurveTo(side * (108 + out), 262, side * (110 + out), 330, side * (108 + out), 420);
    path.bezierCurveTo(side * (106 + out), 520, side * (100 + out), 600, side * (94 + out), 702);
  };
  layer.line(band(-12), 30, lamplit ? "#4a3a34" : "#0d0a1c", lamplit ? 0.42 : 0.6, 8);
  context.beginPath();
  band(0)(context);
  context.lineWidth = 26;
  context.strokeStyle = lamplit
    ? layer.gradient(-124, 0, -92, 0, [[0, b], [0.5, mix(a, "#ffffff", 0.25)], [1, b]])
    : layer.gradient(92, 0, 124, 0, [[0, c], [0.5, mix(c, d, 0.35)], [1, d]]);
  context.stroke();
  for (const out of [-8, -4, 0, 4, 8]) {
    context.strokeStyle = lamplit ? "rgba(120,95,78,.20)" : "rgba(20,15,32,.26)";
    context.lineWidth = 1.2;
    context.beginPath();
    band(out)(context);
    context.stroke();
  }
  for (const y of [450, 560]) paintButton(layer, side, y);
}

function paintButton(layer: Layer, side: -1 | 1, y: number): void {
  const { context } = layer;
  layer.soft(side * 106 + (y - 450) * -0.05 * side, y, 9, 9, 0, "#2b2330", 0.4);
  if (side > 0) return;
  const x = -106 + (y - 450) * 0.05;
  context.fillStyle = layer.gradient(0, y - 7, 0, y + 7, [[0, "#b99a7c"], [1, "#7d6450"]]);
  context.beginPath();
  context.arc(x, y, 6.2, 0, 7);
  context.fill();
  context.fillStyle = "rgba(50,35,30,.6)";
  for (const [dx, dy] of [[-1.8, -1.8], [1.8, -1.8], [-1.8, 1.8], [1.8, 1.8]] as const) {
    context.beginPath();
    context.arc(x + dx, y + dy, 0.9, 0, 7);
    context.fill();
  }
}

/** Lamp from the left, night from the right, dark toward the captions, and a rim on both shoulders. */
function paintLight(layer: Layer): void {
  const { context } = layer;
  context.fillStyle = layer.gradient(-310, 0, 330, 0, [
    [0, "rgba(255,206,140,.24)"], [0.35, "rgba(255,206,140,0)"], [0.6, "rgba(12,10,36,.08)"], [1, "rgba(12,12,44,.56)"],
  ]);
  context.fillRect(-334, 150, 668, 560);
  context.fillStyle = layer.gradient(0, 420, 0, 700, [[0, "rgba(9,11,32,0)"], [1, "rgba(9,11,32,.80)"]]);
  context.fillRect(-334, 150, 668, 560);
  layer.soft(28, 216, 170, 130, 0, "#30141f", 0.6);
  context.globalCompositeOperation = "screen";
  const shoulder = (side: -1 | 1, start: number) => (c: Context) => {
    c.moveTo(side * start, 244);
    c.bezierCurveTo(side * 140, 262, side * 250, 290, side * 284, 394);
    c.bezierCurveTo(side * 302, 470, side * 310, 560, side * 314, 690);
  };
  layer.line(shoulder(1, 84), 22, "#8aa2f0", 0.34, 10);
  layer.line(shoulder(-1, 88), 18, "#ffcf90", 0.42, 10);
}
