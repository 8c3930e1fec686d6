// SPDX-License-Identifier: MIT
// ROWS 0: one colour per rectangle, its alpha scaled by the glyph's coverage where there is a glyph.
// ROWS 1: colours from a table, by the row of the rectangle: gradients, and large rectangles, which are not to pay for
// a look at the glyphs at each pixel.
noperspective in vec2 place;
layout(location = 0) out vec4 colour;

#if ROWS
uniform samplerBuffer rows;

void main()
{
    colour = texelFetch(rows, int(place.y));
}
#else
uniform sampler2D coverage;
flat in vec4 tint;
flat in float solid;

void main()
{
    float amount = max(texelFetch(coverage, ivec2(max(place, vec2(0.0))), 0).r, solid);
    colour = vec4(tint.rgb, tint.a * amount);
}
#endif
