// A textured rectangle over the whole viewport.
layout(location = 0) in vec2 corner; // 0 to 1
out vec2 place;

void main()
{
    gl_Position = vec4(2.0 * corner - 1.0, 0.0, 1.0);
    place = corner;
}
