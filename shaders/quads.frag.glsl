// SPDX-License-Identifier: MIT
// One colour per rectangle, its alpha scaled by the glyph's coverage where there is a glyph.

uniform sampler2D coverage;

flat in vec4 tint;
flat in float solid;
noperspective in vec2 place;

layout(location = 0) out vec4 colour;

void main()
{
    float amount = max(texelFetch(coverage, ivec2(max(place, vec2(0.0))), 0).r, solid);
    colour = vec4(tint.rgb, tint.a * amount);
}
