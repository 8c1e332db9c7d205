/** The place the persona stands in: backdrop, poster, and a tight transparent canvas over the bust with a renderer behind it. */
import { FlatRenderer } from "./flat/renderer";
import { framing, type Frame, type Framing } from "./framing";
import { paintBackdrop } from "./paint/backdrop";
import type { Palette } from "./paint/palette";
import { paintPortrait, SHARPEST_SCALE } from "./paint/portrait";
import posterUrl from "./poster.webp";
import { ReliefRenderer } from "./relief/renderer";
import type { PortraitRenderer } from "./renderer";
import type { FacePose } from "./rig";

/** The poster covers this part of design space: x0, y0, x1, y1. */
const POSTER = [-334, -268, 334, 560] as const;
const CONTEXT_RETURNS_WITHIN_MS = 5000;
/** Coarser than this many pixels saves nothing: by then the page around the face is what costs. */
const FEWEST_PIXELS = 160_000;
/** A portrait painted smaller than this share of what is shown is painted again. */
const BLURRED = 0.85;

export class Stage {
  private readonly backdrop = document.createElement("canvas");
  private readonly poster = document.createElement("img");
  private readonly observer: ResizeObserver;
  private canvas = document.createElement("canvas");
  private renderer: PortraitRenderer | null = null;
  private view: Framing | null = null;
  private paintedScale = 0;
  private quality = 1;
  private still = false;
  private destroyed = false;
  private ready = false;
  private giveUp: ReturnType<typeof setTimeout> | undefined;

  /** `redraw` is called whenever the picture must be drawn again: after painting, resizing, or a lost context. */
  constructor(
    private readonly host: HTMLElement,
    private readonly palette: Palette,
    private readonly frame: Frame | undefined,
    private readonly redraw: () => void,
  ) {
    if (getComputedStyle(host).position === "static") host.style.position = "relative";
    host.style.overflow = "hidden";
    this.poster.src = posterUrl;
    this.poster.alt = "";
    for (const element of [this.backdrop, this.poster, this.canvas]) this.mount(element);
    this.openRenderer();
    this.observer = new ResizeObserver(() => this.layOut());
    this.observer.observe(host);
  }

  get isSoftware(): boolean {
    return this.renderer?.isSoftware ?? true;
  }

  /** False while there is only the poster to show. */
  get isReady(): boolean {
    return this.ready && this.renderer !== null;
  }

  isBusy(): boolean {
    return !this.isReady || this.renderer!.isBusy();
  }

  draw(pose: FacePose): void {
    if (this.isReady) this.renderer!.draw(pose);
  }

  setQuality(quality: number): void {
    this.quality = quality;
    this.layOut();
  }

  /** A still picture can afford every pixel. */
  setStill(still: boolean): void {
    if (still === this.still) return;
    this.still = still;
    this.layOut();
  }

  destroy(): void {
    this.destroyed = true;
    this.observer.disconnect();
    clearTimeout(this.giveUp);
    this.renderer?.destroy();
    this.renderer = null;
    for (const element of [this.backdrop, this.poster, this.canvas]) element.remove();
  }

  private mount(element: HTMLElement): void {
    Object.assign(element.style, { position: "absolute", display: "block", pointerEvents: "none" });
    element.setAttribute("aria-hidden", "true");
    this.host.append(element);
  }

  private openRenderer(): void {
    this.renderer = this.openRelief() ?? this.openFlat();
  }

  private openRelief(): PortraitRenderer | null {
    const renderer = ReliefRenderer.create(this.canvas, this.palette);
    if (renderer) this.watchContext(this.canvas);
    return renderer;
  }

  private openFlat(): PortraitRenderer | null {
    // A canvas that has ever had a WebGL context never gives a 2D one.
    this.canvas.remove();
    this.canvas = document.createElement("canvas");
    this.mount(this.canvas);
    return FlatRenderer.create(this.canvas, this.palette);
  }

  private watchContext(canvas: HTMLCanvasElement): void {
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      if (!this.destroyed && canvas === this.canvas) this.loseRenderer();
    });
    canvas.addEventListener("webglcontextrestored", () => {
      if (this.destroyed || canvas !== this.canvas) return;
      clearTimeout(this.giveUp);
      this.replaceRenderer(this.openRelief() ?? this.openFlat());
    });
  }

  private loseRenderer(): void {
    this.renderer = null;
    this.showPoster(true);
    this.giveUp = setTimeout(() => this.replaceRenderer(this.openFlat()), CONTEXT_RETURNS_WITHIN_MS);
  }

  private replaceRenderer(renderer: PortraitRenderer | null): void {
    this.renderer = renderer;
    this.paintedScale = 0;
    this.layOut();
  }

  private layOut(): void {
    const { clientWidth, clientHeight } = this.host;
    if (this.destroyed || clientWidth === 0 || clientHeight === 0) return;
    const view = this.frameHost(clientWidth, clientHeight);
    const sameBackdrop = this.view?.width === view.width && this.view.height === view.height;
    this.view = view;
    if (!sameBackdrop) this.layOutBackdrop(view, clientWidth, clientHeight);
    const { left, top, cssWidth, cssHeight } = view.canvas;
    place(this.canvas, left, top, cssWidth, cssHeight);
    this.renderer?.resize(view);
    this.paint(view).catch(() => this.showPoster(true));
    this.redraw();
  }

  private frameHost(cssWidth: number, cssHeight: number): Framing {
    const density = this.density();
    const sharp = framing(cssWidth, cssHeight, density, 1, this.frame);
    const coarsest = Math.sqrt(FEWEST_PIXELS / (sharp.canvas.width * sharp.canvas.height));
    const quality = this.still ? 1 : Math.min(1, Math.max(this.quality, coarsest));
    return framing(cssWidth, cssHeight, density, quality, this.frame);
  }

  private layOutBackdrop(view: Framing, cssWidth: number, cssHeight: number): void {
    paintBackdrop(this.backdrop, view.width, view.height, view.eyesX, view.eyesY, view.unit);
    place(this.backdrop, 0, 0, cssWidth, cssHeight);
    const unit = (view.unit * cssWidth) / view.width;
    const [x0, y0, x1, y1] = POSTER;
    const eyesX = (view.eyesX * cssWidth) / view.width;
    const eyesY = (view.eyesY * cssHeight) / view.height;
    place(this.poster, eyesX + x0 * unit, eyesY + y0 * unit, (x1 - x0) * unit, (y1 - y0) * unit);
  }

  /** Pixels of canvas a CSS pixel: as sharp as the screen, unless memory or the processor is short. */
  private density(): number {
    const { deviceMemory } = navigator as { deviceMemory?: number };
    const cap = this.isSoftware && !this.still ? 1 : (deviceMemory ?? 8) <= 4 ? 2 : 3;
    return Math.min(window.devicePixelRatio || 1, cap);
  }

  private async paint(view: Framing): Promise<void> {
    const scale = Math.min(view.scale, SHARPEST_SCALE);
    if (!this.renderer || this.paintedScale >= scale * BLURRED) return;
    const { renderer } = this;
    this.paintedScale = scale;
    const portrait = await paintPortrait(this.palette, scale);
    const works = await renderer.prepare().then(() => true, () => false);
    // The renderer may have been lost, or a sharper painting begun, while this one was painted.
    if (this.destroyed || renderer !== this.renderer || this.paintedScale !== scale) return;
    if (!works) return this.replaceRenderer(this.openFlat());
    renderer.setPortrait(portrait);
    this.ready = true;
    this.redraw();
    this.showPoster(false);
  }

  private showPoster(shown: boolean): void {
    this.poster.style.visibility = shown ? "visible" : "hidden";
  }
}

function place(element: HTMLElement, left: number, top: number, width: number, height: number): void {
  Object.assign(element.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`, maxWidth: "none" });
}
