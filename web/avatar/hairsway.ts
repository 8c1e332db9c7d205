/** Hair follows the head late: one damped pendulum for both renderers. */
import { clamp } from "./curves";
import type { FacePose } from "./rig";

export class HairSway {
  private position = 0;
  private velocity = 0;
  private last = 0;

  /** Design units the tips hang off to the side. */
  step(pose: FacePose): number {
    const dt = clamp(pose.time - this.last, 0, 0.05);
    this.last = pose.time;
    const rest = pose.yaw * 70 - pose.roll * 150;
    this.velocity += (70 * (rest - this.position) - 7.5 * this.velocity) * dt;
    this.position += this.velocity * dt;
    return clamp((this.position - rest) * 0.8, -14, 14) + Math.sin(pose.time * 0.7) * 0.6;
  }
}
