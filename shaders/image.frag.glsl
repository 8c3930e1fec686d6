// Raw sample -> index -> colour table; then the tint of the mask. One program per class of samples (CLASS), use of the
// mask (MASK) and magnification (SMOOTH); no branches, because software renderers execute both sides of each.
//
// CLASS 0: unsigned of 8 or 16 bits, 1: signed of 8 or 16 bits (index = value + bias)
//       2: unsigned of 32 bits, 3: signed of 32 bits, 4: float32 (index from the bit pattern, see colour_table.h),
//       whose keys between the limits are above 0
//       6: float32 times a power of two, for limits that float32 arithmetic has no room for, with keys of any sign
//       7: float32 as in 4, where what lies outside the limits has the colours at their ends: keys are clamped
// MASK  0: none, 1: tint, 2: tint, stripes and borders
//
// Textures are rectangles read by texture(): Mesa's software renderer works out the sizes of a mipmap level for every
// pixel of a texelFetch, which takes longer than the fetch.
#if CLASS == 0 || CLASS == 2
uniform usampler2DRect pixels;
#define VALUE uint
#elif CLASS == 1 || CLASS == 3
uniform isampler2DRect pixels;
#define VALUE int
#else
uniform sampler2DRect pixels;
#define VALUE float
#endif
uniform samplerBuffer colours;
#if MASK > 0
uniform usampler2DRect mask;
uniform samplerBuffer tints; // times their opacity: 256 between stripes, 256 on stripes, 256 on borders
#endif

noperspective in vec2 place;
flat in vec4 grid;
flat in vec3 limits;
flat in ivec4 steps;
flat in ivec2 bounds;
#if CLASS == 6
flat in float scale;
#endif
#if MASK == 2
noperspective in float across;
#endif

out vec4 colour;

// Which texel is there: from the number of the pixel in the whole drawing, not from what was interpolated between
// corners, which devices round. So a drawing made in parts is that of the whole, to the last pixel. (gl_FragCoord
// would do, but Mesa reads a uniform for it.)
vec2 texel = grid.xy + grid.zw * floor(place);

// The position of a key u among the steps of the table. Unsigned, because keys of the two signs may lie more than 2^31
// apart; outside the limits the result is not used.
int key_index(float u)
{
    int bits = floatBitsToInt(u);
#if CLASS != 4 && CLASS != 7
    bits ^= (bits >> 31) & 0x7fffffff;
#endif
    return int(uint(bits - steps.x) >> uint(steps.y));
}

int float_index(float v)
{
#if CLASS == 7
    int index = min((max(floatBitsToInt(v - limits.x), steps.x) - steps.x) >> steps.y, steps.z + 1);
#else
    int index = key_index(v - limits.x);
    index = v < limits.y ? 0 : index;
    index = v > limits.z ? steps.z + 1 : index;
#endif
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
float value_at(vec2 position)
{
    float v = texture(pixels, position).r;
    int bits = floatBitsToInt(v), magnitude = bits & 0x7fffffff;
    float tiny = float(magnitude) * 1.1754943508222875e-38 * (scale * 1.1920928955078125e-07);
    float scaled = magnitude < 0x00800000 ? (bits < 0 ? -tiny : tiny) : clamp(v * scale, -3.4028234e38, 3.4028234e38);
    return magnitude >= 0x7f800000 ? v : scaled;
}
#else
VALUE value_at(vec2 position)
{
    return texture(pixels, position).r;
}
#endif

#if SMOOTH
// Bilinear between pixel centres, in raw values; a neighbour that is not a number makes the result not a number.
float smooth_value()
{
    vec2 low = floor(texel - 0.5);
    vec2 part = texel - 0.5 - low;
    vec2 a = low + 0.5, b = low + 1.5;
    float top = mix(float(value_at(a)), float(value_at(vec2(b.x, a.y))), part.x);
    float bottom = mix(float(value_at(vec2(a.x, b.y))), float(value_at(b)), part.x);
    return mix(top, bottom, part.y);
}
#endif

int colour_index(vec2 centre)
{
#if SMOOTH && CLASS < 2
    return int(floor(smooth_value() + 0.5)) + steps.w;
#elif SMOOTH && (CLASS == 4 || CLASS == 6 || CLASS == 7)
    return float_index(smooth_value());
#elif CLASS < 2
    return int(value_at(centre)) + steps.w;
#elif CLASS < 4
    return integer_index(value_at(centre));
#else
    return float_index(value_at(centre));
#endif
}

#if MASK == 2
uint mask_at(vec2 position)
{
    return texture(mask, floor(position) + 0.5).r;
}
#endif

void main()
{
    vec2 centre = floor(texel) + 0.5;
    vec3 shown = texelFetch(colours, colour_index(centre)).rgb;
#if MASK == 1
    vec4 tint = texelFetch(tints, int(texture(mask, centre).r));
    shown = shown * (1.0 - tint.a) + tint.rgb;
#elif MASK == 2
    uint bits = texture(mask, centre).r;
    vec2 right = vec2(grid.z, 0.0), down = vec2(0.0, grid.w);
    uint inner = bits & mask_at(texel + right) & mask_at(texel - right) & mask_at(texel + down) & mask_at(texel - down);
    int stripe = int(floor(across + 0.5)) & 7;
    vec4 tint = texelFetch(tints, int(bits) + (stripe < 3 ? 256 : 0));
    vec4 line = texelFetch(tints, 512 + int(bits & ~inner));
    shown = shown * (1.0 - tint.a) + tint.rgb;
    shown = shown * (1.0 - line.a) + line.rgb;
#endif
    colour = vec4(shown, 1.0);
}
