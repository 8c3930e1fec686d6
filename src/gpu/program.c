// SPDX-License-Identifier: MIT
// Compiles shaders from the embedded sources, or from a folder while developing.
#include "gpu/program.h"

#include "base/embedded.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct embedded_text embedded_shaders[];

enum status shader_source(const char *name, const char *folder, char **source, struct error *error)
{
    if (!folder) {
        for (const struct embedded_text *text = embedded_shaders; text->name; text++) {
            if (strcmp(text->name, name) == 0) {
                *source = must_copy(text->content);
                return STATUS_OK;
            }
        }
        return error_set(error, STATUS_NO_GL, "the shader %s is not part of this program", name);
    }
    char path[4096], chunk[4096];
    snprintf(path, sizeof path, "%s/shaders/%s", folder, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return error_set(error, STATUS_NO_GL, "%s: cannot read the shader", path);
    struct text content = {0};
    for (size_t got; (got = fread(chunk, 1, sizeof chunk, file)) > 0;)
        text_append_bytes(&content, chunk, got);
    fclose(file);
    *source = must_copy(text_string(&content));
    text_free(&content);
    return STATUS_OK;
}

void gl_label(GLenum identifier, GLuint name, const char *label)
{
    if (GLEW_KHR_debug && label)
        glObjectLabel(identifier, name, -1, label);
}

static enum status compile(GLenum stage, const char *name, const char *defines, GLuint *shader,
                           struct error *error)
{
    // FOVEA_ASSETS (set by --assets) names a folder whose shaders replace the embedded ones.
    char *source;
    enum status status = shader_source(name, getenv("FOVEA_ASSETS"), &source, error);
    if (status)
        return status;
    GLuint made = glCreateShader(stage);
    const char *parts[] = {"#version 330 core\n", defines, source};
    glShaderSource(made, 3, parts, NULL);
    glCompileShader(made);
    free(source);
    GLint good = 0;
    glGetShaderiv(made, GL_COMPILE_STATUS, &good);
    if (!good) {
        char log[512] = "";
        glGetShaderInfoLog(made, sizeof log, NULL, log);
        glDeleteShader(made);
        return error_set(error, STATUS_NO_GL, "the shader %s does not compile on this driver: %s", name, log);
    }
    *shader = made;
    return STATUS_OK;
}

static enum status link_program(GLuint vertex, GLuint fragment, const char *label, GLuint *program,
                                struct error *error)
{
    GLuint made = glCreateProgram();
    glAttachShader(made, vertex);
    glAttachShader(made, fragment);
    glLinkProgram(made);
    GLint good = 0;
    glGetProgramiv(made, GL_LINK_STATUS, &good);
    if (!good) {
        char log[512] = "";
        glGetProgramInfoLog(made, sizeof log, NULL, log);
        glDeleteProgram(made);
        return error_set(error, STATUS_NO_GL, "the shader program %s does not link: %s", label, log);
    }
    gl_label(GL_PROGRAM, made, label);
    *program = made;
    return STATUS_OK;
}

enum status program_create(const char *vertex, const char *fragment, const char *defines, const char *label,
                           GLuint *program, struct error *error)
{
    GLuint stages[2];
    enum status status = compile(GL_VERTEX_SHADER, vertex, defines, &stages[0], error);
    if (status)
        return status;
    status = compile(GL_FRAGMENT_SHADER, fragment, defines, &stages[1], error);
    if (!status) {
        status = link_program(stages[0], stages[1], label, program, error);
        glDeleteShader(stages[1]);
    }
    glDeleteShader(stages[0]);
    return status;
}

void program_destroy(GLuint *program)
{
    glDeleteProgram(*program);
    *program = 0;
}
