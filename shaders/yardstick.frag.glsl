// The benchmark's yardstick: ready-made colours fetched by texel, the least any viewer of RGBA pixels must do.
uniform sampler2D pixels;
noperspective in vec2 texel;
out vec4 colour;

void main()
{
    colour = texelFetch(pixels, min(ivec2(texel), textureSize(pixels, 0) - 1), 0);
}
