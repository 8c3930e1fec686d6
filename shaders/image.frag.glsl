// Raw sample -> index -> colour table; then the tint of the mask. One program per class of samples (CLASS), use of the
// mask (MASK) and magnification (SMOOTH); no branches, because software renderers execute both sides of each.
//
// CLASS 0: unsigned of 8 or 16 bits, 1: signed of 8 or 16 bits (index = value + bias)
//       2: unsigned of 32 bits, 3: signed of 32 bits, 4: float32 (index from the bit pattern, see colour_table.h)
//       6: float32 times a power of two, for limits that float32 arithmetic has no room for
// MASK  0: none, 1: tint, 2: tint, stripes and borders
#if CLASS == 0 || CLASS == 2
uniform usampler2D pixels;
#define VALUE uint
#elif CLASS == 1 || CLASS == 3
uniform isampler2D pixels;
#define VALUE int
#else
uniform sampler2D pixels;
#define VALUE float
#endif
uniform samplerBuffer colours;
#if MASK > 0
uniform usampler2D mask;
uniform samplerBuffer tints; // times their opacity: 256 between stripes, 256 on stripes, 256 on borders
#endif

flat in vec4 texel_step;
flat in vec4 base;
flat in vec3 limits;
flat in ivec4 steps;
flat in ivec2 bounds;
#if CLASS == 6
flat in float scale;
#endif

out vec4 colour;

// Where the pixel lies in the whole drawing, and which texel is there. Worked out from the pixel, not interpolated
// between corners, which devices round: so a drawing made in parts is that of the whole, to the last pixel.
vec2 screen = vec2(gl_FragCoord.x + base.x, base.y - gl_FragCoord.y);
vec2 texel = base.zw + texel_step.xy * screen.x + texel_step.zw * screen.y;

// The position of a key u among the steps of the table. Unsigned, because keys of the two signs may lie more than 2^31
// apart; outside the limits the result is not used.
int key_index(float u)
{
    int bits = floatBitsToInt(u);
    bits ^= (bits >> 31) & 0x7fffffff;
    return int(uint(bits - steps.x) >> uint(steps.y));
}

int float_index(float v)
{
    int index = key_index(v - limits.x);
    index = v < limits.y ? 0 : index;
    index = v > limits.z ? steps.z + 1 : index;
    int magnitude = floatBitsToInt(v) & 0x7fffffff;
    return magnitude >= 0x7f800000 ? steps.z + 2 + min(magnitude - 0x7f800000, 1) : index;
}

#if CLASS == 2 || CLASS == 3
int integer_index(VALUE v)
{
    int index = key_index(float(uint(v) - uint(bounds.x)) - limits.x);
    index = v < VALUE(bounds.x) ? 0 : index;
    return v > VALUE(bounds.y) ? steps.z + 1 : index;
}
#endif

#if CLASS == 6
// Devices take subnormal numbers for 0, so those are made of their bits. What is no infinity does not become one.
float value_at(ivec2 position)
{
    float v = texelFetch(pixels, position, 0).r;
    int bits = floatBitsToInt(v), magnitude = bits & 0x7fffffff;
    float tiny = float(magnitude) * 1.1754943508222875e-38 * (scale * 1.1920928955078125e-07);
    float scaled = magnitude < 0x00800000 ? (bits < 0 ? -tiny : tiny) : clamp(v * scale, -3.4028234e38, 3.4028234e38);
    return magnitude >= 0x7f800000 ? v : scaled;
}
#else
VALUE value_at(ivec2 position)
{
    return texelFetch(pixels, position, 0).r;
}
#endif

#if SMOOTH
// Bilinear between pixel centres, in raw values; a neighbour that is not a number makes the result not a number.
float smooth_value(ivec2 last)
{
    vec2 place = texel - 0.5;
    vec2 low = floor(place);
    vec2 part = place - low;
    ivec2 a = clamp(ivec2(low), ivec2(0), last);
    ivec2 b = clamp(ivec2(low) + 1, ivec2(0), last);
    float top = mix(float(value_at(a)), float(value_at(ivec2(b.x, a.y))), part.x);
    float bottom = mix(float(value_at(ivec2(a.x, b.y))), float(value_at(b)), part.x);
    return mix(top, bottom, part.y);
}
#endif

int colour_index(ivec2 position, ivec2 last)
{
#if SMOOTH && CLASS < 2
    return int(floor(smooth_value(last) + 0.5)) + steps.w;
#elif SMOOTH && (CLASS == 4 || CLASS == 6)
    return float_index(smooth_value(last));
#elif CLASS < 2
    return int(value_at(position)) + steps.w;
#elif CLASS < 4
    return integer_index(value_at(position));
#else
    return float_index(value_at(position));
#endif
}

#if MASK == 2
uint mask_at(vec2 place, ivec2 last)
{
    return texelFetch(mask, clamp(ivec2(floor(place)), ivec2(0), last), 0).r;
}
#endif

void main()
{
    ivec2 last = textureSize(pixels, 0) - 1;
    ivec2 position = min(ivec2(texel), last);
    vec3 shown = texelFetch(colours, colour_index(position, last)).rgb;
#if MASK == 1
    vec4 tint = texelFetch(tints, int(texelFetch(mask, position, 0).r));
    shown = shown * (1.0 - tint.a) + tint.rgb;
#elif MASK == 2
    uint bits = texelFetch(mask, position, 0).r;
    uint inner = bits & mask_at(texel + texel_step.xy, last) & mask_at(texel - texel_step.xy, last) &
                 mask_at(texel + texel_step.zw, last) & mask_at(texel - texel_step.zw, last);
    int across = int(screen.x - screen.y) & 7;
    vec4 tint = texelFetch(tints, int(bits) + (across < 3 ? 256 : 0));
    vec4 line = texelFetch(tints, 512 + int(bits & ~inner));
    shown = shown * (1.0 - tint.a) + tint.rgb;
    shown = shown * (1.0 - line.a) + line.rgb;
#endif
    colour = vec4(shown, 1.0);
}
