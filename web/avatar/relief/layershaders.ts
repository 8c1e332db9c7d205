/** Fragment shaders of the painted layers: plain, and the skin with its creases and blush. */
import { PREAMBLE } from "./vertexshader";

export const PLAIN_SHADER = `${PREAMBLE}
in vec2 uv;
out vec4 color;
uniform sampler2D uPicture;
void main() { color = texture(uPicture, uv); }`;

export const SKIN_SHADER = `${PREAMBLE}
in vec2 uv;
in vec2 place;
out vec4 color;
uniform sampler2D uPicture, uCreases;
uniform vec3 uCreaseWeights;   // smile, furrow, forehead
uniform vec3 uShade, uBlush;
uniform vec4 uJaw;
void main() {
  vec4 c = texture(uPicture, uv);
  float crease = dot(texture(uCreases, uv).rgb, uCreaseWeights);
  c.rgb = mix(c.rgb, uShade * c.a, clamp(crease, 0., .62));
  vec2 d = (vec2(abs(place.x), place.y) - vec2(66., 54.)) / vec2(46., 32.);
  c.rgb = mix(c.rgb, uBlush * c.a, .10 * uJaw.w * exp(-dot(d, d)));
  color = c;
}`;
