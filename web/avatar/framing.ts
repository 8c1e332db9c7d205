/** Where the portrait stands in its host: pure arithmetic from the host's size to canvas pixels. */

/** Where the point between the eyes sits, as a share of the host, and how large the face is drawn. */
export interface Frame {
  x?: number;
  y: number;
  scale: number;
}

export interface Framing {
  /** Host size in device pixels. */
  width: number;
  height: number;
  /** The eyes' place and the size of a design unit, in device pixels: for the backdrop. */
  eyesX: number;
  eyesY: number;
  unit: number;
  /** The tight canvas over the bust: where it lies (CSS pixels) and how many pixels it has. */
  canvas: { left: number; top: number; cssWidth: number; cssHeight: number; width: number; height: number };
  /** The design origin and the size of a design unit, in pixels of that canvas. */
  originX: number;
  originY: number;
  scale: number;
}

/** The bust never leaves this box (design units), however it moves; below, it runs out of the picture. */
const BUST = { left: -334, right: 334, top: -268 };

/** cssWidth, cssHeight: the host. density: device pixels a CSS pixel. quality: internal resolution, 1 = every device pixel. */
export function framing(cssWidth: number, cssHeight: number, density: number, quality: number, frame: Frame | undefined): Framing {
  const width = Math.max(2, Math.round(cssWidth * density));
  const height = Math.max(2, Math.round(cssHeight * density));
  const upright = height > width * 1.05;
  const unit = (upright ? Math.min(width / 500, height / 830) : Math.min(height / 690, width / 620)) * (frame?.scale ?? 1);
  const eyesX = width * (frame?.x ?? 0.5);
  const eyesY = height * (frame?.y ?? (upright ? 0.4 : 0.455));
  const left = Math.max(BUST.left, -eyesX / unit);
  const right = Math.min(BUST.right, (width - eyesX) / unit);
  const top = Math.max(BUST.top, -eyesY / unit);
  const bottom = (height - eyesY) / unit;
  const scale = unit * quality;
  return {
    width, height, eyesX, eyesY, unit, scale,
    originX: -left * scale,
    originY: -top * scale,
    canvas: {
      left: (eyesX + left * unit) / density,
      top: (eyesY + top * unit) / density,
      cssWidth: ((right - left) * unit) / density,
      cssHeight: ((bottom - top) * unit) / density,
      width: Math.max(2, Math.ceil((right - left) * scale)),
      height: Math.max(2, Math.ceil((bottom - top) * scale)),
    },
  };
}
