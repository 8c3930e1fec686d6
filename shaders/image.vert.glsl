// Places rectangles of a texture on the screen. Every parameter of the fragment shader passes through here as a flat
// varying: on software renderers a uniform read per fragment costs a checked load each, a flat varying nothing.
layout(location = 0) in vec2 corner; // texels of the texture

uniform mat3x2 clip_from_texel;
uniform vec3 key_limits;  // offset, low, high
uniform ivec4 key_steps;  // base, shift, entries, bias
uniform ivec2 key_bounds; // low and high of 32-bit integers, as bit patterns
uniform float key_scale;  // of class 6
uniform vec4 screen_step; // texels per screen pixel: to the right (xy), down (zw)
uniform vec4 screen_base; // from gl_FragCoord to the place in the whole drawing (xy), the texel at its corner (zw)

#if CLASS == 5
noperspective out vec2 texel;
#else
flat out vec4 texel_step;
flat out vec4 base;
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
    texel_step = screen_step;
    base = screen_base;
#endif
    limits = key_limits;
    steps = key_steps;
    bounds = key_bounds;
#if CLASS == 6
    scale = key_scale;
#endif
}
