// Two draw calls: all edges as lines, all nodes as points. That is what keeps thousands of them smooth without a
// graphics card.
import { DISTANCE } from "../forms";

const LINES_VERTEX = `#version 300 es
in vec2 a_at;
in vec4 a_color;
uniform vec4 u_view;
out vec4 v_color;
void main() {
  gl_Position = vec4(a_at * u_view.xy + u_view.zw, 0.0, 1.0);
  v_color = a_color;
}`;
const LINES_FRAGMENT = `#version 300 es
precision mediump float;
in vec4 v_color;
out vec4 color;
void main() { color = v_color; }`;
const POINTS_VERTEX = `#version 300 es
in vec2 a_at;
in vec4 a_color;
in vec2 a_size;
uniform vec4 u_view;
uniform float u_grow;
out vec4 v_color;
flat out float v_form;
out float v_soft;
void main() {
  gl_Position = vec4(a_at * u_view.xy + u_view.zw, 0.0, 1.0);
  float size = max(2.0, a_size.x * u_grow * 2.0);
  gl_PointSize = a_color.a == 0.0 ? 0.0 : size;
  v_color = a_color;
  v_form = a_size.y;
  v_soft = 1.6 / size;
}`;
const POINTS_FRAGMENT = `#version 300 es
precision mediump float;
in vec4 v_color;
flat in float v_form;
in float v_soft;
uniform vec3 u_ground;
out vec4 color;
void main() {
  vec2 p = (gl_PointCoord * 2.0 - 1.0) * vec2(1.0, -1.0) * 1.05;
${DISTANCE}
  float cover = 1.0 - smoothstep(-v_soft, v_soft, d);
  if (cover < 0.01) discard;
  vec3 inside = v_form > 9.5 ? mix(u_ground, v_color.rgb, smoothstep(-v_soft, v_soft, d + 0.3)) : v_color.rgb;
  color = vec4(inside, 1.0) * cover;
}`;

function program(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const made = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind);
    if (!made || !shader) throw new Error("no shader");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made) ?? "shaders do not link");
  return made;
}

/** Vertices of one kind: floats and a colour each, in one buffer. */
class Batch {
  private buffer: WebGLBuffer | null;
  private array: WebGLVertexArrayObject | null;
  private uniforms = new Map<string, WebGLUniformLocation | null>();
  count = 0;

  constructor(private gl: WebGL2RenderingContext, private made: WebGLProgram, private mode: number, fields: [name: string, size: number, isColour: boolean][]) {
    this.buffer = gl.createBuffer();
    this.array = gl.createVertexArray();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const stride = fields.reduce((sum, [, size, isColour]) => sum + (isColour ? 4 : size * 4), 0);
    let at = 0;
    for (const [name, size, isColour] of fields) {
      const place = gl.getAttribLocation(made, name);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, size, isColour ? gl.UNSIGNED_BYTE : gl.FLOAT, isColour, stride, at);
      at += isColour ? 4 : size * 4;
    }
  }

  fill(bytes: ArrayBuffer, count: number) {
    this.count = count;
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, bytes, this.gl.STATIC_DRAW);
  }

  uniform(name: string): WebGLUniformLocation | null {
    if (!this.uniforms.has(name)) this.uniforms.set(name, this.gl.getUniformLocation(this.made, name));
    return this.uniforms.get(name) ?? null;
  }

  draw(set: () => void) {
    if (!this.count) return;
    this.gl.useProgram(this.made);
    set();
    this.gl.bindVertexArray(this.array);
    this.gl.drawArrays(this.mode, 0, this.count);
  }
}

/** From the plane of the graph to the square of the screen: factor and shift. */
export type Frame = { view: [number, number, number, number]; grow: number; ground: [number, number, number] };

export class Gpu {
  private lines: Batch;
  private points: Batch;

  constructor(private gl: WebGL2RenderingContext) {
    this.lines = new Batch(gl, program(gl, LINES_VERTEX, LINES_FRAGMENT), gl.LINES, [["a_at", 2, false], ["a_color", 4, true]]);
    this.points = new Batch(gl, program(gl, POINTS_VERTEX, POINTS_FRAGMENT), gl.POINTS, [["a_at", 2, false], ["a_size", 2, false], ["a_color", 4, true]]);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  fill(lines: { bytes: ArrayBuffer; count: number }, points: { bytes: ArrayBuffer; count: number }) {
    this.lines.fill(lines.bytes, lines.count);
    this.points.fill(points.bytes, points.count);
  }

  draw(frame: Frame) {
    const { gl } = this;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(...frame.ground, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.lines.draw(() => gl.uniform4f(this.lines.uniform("u_view"), ...frame.view));
    this.points.draw(() => {
      gl.uniform4f(this.points.uniform("u_view"), ...frame.view);
      gl.uniform1f(this.points.uniform("u_grow"), frame.grow);
      gl.uniform3f(this.points.uniform("u_ground"), ...frame.ground);
    });
  }
}
