// SPDX-License-Identifier: MIT
// Rectangles in screen pixels. Everything the fragment shader needs travels as varyings: a uniform read there costs
// a branch per fragment on software rasterisers.

layout(location = 0) in vec2 position; // screen pixels, y down
layout(location = 1) in vec2 texel;    // of the coverage texture, negative: filled without it; with ROWS the row (y)
layout(location = 2) in vec4 colour;   // not premultiplied

uniform vec2 clip_from_screen; // 2 / width, 2 / height of the target
uniform vec2 origin;           // the screen pixel in the upper left corner of the target

#if !ROWS
flat out vec4 tint;
flat out float solid;
#endif
noperspective out vec2 place;

void main()
{
    vec2 from_corner = position - origin;
    gl_Position = vec4(from_corner.x * clip_from_screen.x - 1.0, 1.0 - from_corner.y * clip_from_screen.y, 0.0, 1.0);
#if !ROWS
    tint = colour;
    solid = texel.x < 0.0 ? 1.0 : 0.0;
#endif
    place = texel;
}
