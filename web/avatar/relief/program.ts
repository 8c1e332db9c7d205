/** WebGL2 nuts and bolts: programs with their uniforms by name, bending grids, textures. */

export interface Program {
  program: WebGLProgram;
  uniforms: ReadonlyMap<string, WebGLUniformLocation>;
}

export interface Grid {
  vertices: WebGLVertexArrayObject;
  count: number;
}

const COMPILE_POLL_MS = 30;

function compile(gl: WebGL2RenderingContext, type: number, source: string): WebGLShader {
  const shader = gl.createShader(type);
  if (!shader) throw new Error("The graphics context was lost.");
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  return shader;
}

/** A program still being compiled: asking for its status would hold up the page until the driver is done. */
export interface Draft {
  program: WebGLProgram;
  shaders: readonly [WebGLShader, WebGLShader];
}

export function startProgram(gl: WebGL2RenderingContext, vertexSource: string, fragmentSource: string): Draft {
  const program = gl.createProgram();
  const shaders = [compile(gl, gl.VERTEX_SHADER, vertexSource), compile(gl, gl.FRAGMENT_SHADER, fragmentSource)] as const;
  for (const shader of shaders) gl.attachShader(program, shader);
  gl.bindAttribLocation(program, 0, "aCorner");
  gl.linkProgram(program);
  return { program, shaders };
}

/** Waits without blocking where the driver can tell (KHR_parallel_shader_compile); elsewhere returns at once. */
export async function compiled(gl: WebGL2RenderingContext, drafts: readonly Draft[]): Promise<void> {
  const parallel = gl.getExtension("KHR_parallel_shader_compile");
  const done = ({ program }: Draft) => gl.isContextLost() || gl.getProgramParameter(program, parallel!.COMPLETION_STATUS_KHR) === true;
  while (parallel && !drafts.every(done)) await new Promise((resolve) => setTimeout(resolve, COMPILE_POLL_MS));
}

/** Throws with the driver's own words when a shader did not compile or link. */
export function finishProgram(gl: WebGL2RenderingContext, { program, shaders }: Draft): Program {
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    const words = [...shaders.map((shader) => gl.getShaderInfoLog(shader)), gl.getProgramInfoLog(program)];
    throw new Error(words.filter(Boolean).join("\n") || "A shader did not link.");
  }
  for (const shader of shaders) gl.deleteShader(shader);
  return { program, uniforms: findUniforms(gl, program) };
}

function findUniforms(gl: WebGL2RenderingContext, program: WebGLProgram): Map<string, WebGLUniformLocation> {
  const found = new Map<string, WebGLUniformLocation>();
  const count = gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS) as number;
  for (let i = 0; i < count; i++) {
    const name = gl.getActiveUniform(program, i)?.name ?? "";
    const location = gl.getUniformLocation(program, name);
    if (location) found.set(name.replace("[0]", ""), location);
  }
  return found;
}

/** A unit square of columns × rows cells: the finer, the softer it bends. */
export function buildGrid(gl: WebGL2RenderingContext, columns: number, rows: number): Grid {
  const corners: number[] = [];
  const triangles: number[] = [];
  for (let j = 0; j <= rows; j++) for (let i = 0; i <= columns; i++) corners.push(i / columns, j / rows);
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const a = j * (columns + 1) + i;
      const below = a + columns + 1;
      triangles.push(a, a + 1, below, a + 1, below + 1, below);
    }
  }
  const vertices = gl.createVertexArray();
  gl.bindVertexArray(vertices);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(corners), gl.STATIC_DRAW);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, new Uint16Array(triangles), gl.STATIC_DRAW);
  gl.bindVertexArray(null);
  return { vertices, count: triangles.length };
}

export function uploadTexture(gl: WebGL2RenderingContext, canvas: HTMLCanvasElement): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, canvas);
  for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, side, gl.LINEAR);
  for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
  return texture;
}
