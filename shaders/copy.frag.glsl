// A plain copy: texture() with an unmodified coordinate is what Mesa's 8-bit fast path recognises.
uniform sampler2D picture;
in vec2 place;
out vec4 colour;

void main()
{
    colour = texture(picture, place);
}
