// Places rectangles of a texture on the screen. Every parameter of the fragment shader passes through here as a flat
// varying: on software renderers a uniform read per fragment costs a checked load each, a flat varying nothing.
layout(location = 0) in vec2 corner; // texels of the texture

uniform mat3x2 clip_from_texel;
uniform vec3 key_limits;  // offset, low, high
uniform ivec4 key_steps;  // base, shift, entries, bias
uniform ivec2 key_bounds; // low and high of 32-bit integers, as bit patterns
uniform float key_scale;  // of class 6
uniform vec4 viewport;    // half its size (xy), its upper left corner in the whole drawing (zw)
uniform vec4 texel_grid;  // the texel at the centre of the drawing's first pixel (xy), texels per pixel (zw)
uniform bool turned;      // the texture's rows run down the screen

#if CLASS == 5
noperspective out vec2 texel;
#else
noperspective out vec2 place; // in the whole drawing, in pixels along the texture's rows and columns
flat out vec4 grid;
#endif
#if MASK == 2
noperspective out float across; // right less down, whole numbers at pixel centres
#endif
flat out vec3 limits;
flat out ivec4 steps;
flat out ivec2 bounds;
#if CLASS == 6
flat out float scale;
#endif

void main()
{
    gl_Position = vec4(clip_from_texel * vec3(corner, 1.0), 0.0, 1.0);
#if CLASS == 5
    texel = corner;
#else
    vec2 screen = vec2(gl_Position.x + 1.0, 1.0 - gl_Position.y) * viewport.xy + viewport.zw;
    place = turned ? screen.yx : screen;
    grid = texel_grid;
#endif
#if MASK == 2
    across = screen.x - screen.y;
#endif
    limits = key_limits;
    steps = key_steps;
    bounds = key_bounds;
#if CLASS == 6
    scale = key_scale;
#endif
}
