/*
 * One translation unit: parse, lower what stands in the main file, then what that uses of headers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frontend/command.h"
#include "frontend/frontend.h"
#include "frontend/lower.h"
#include "frontend/suppress.h"

static bool in_main_file(CXCursor cursor, CXFile main_file) {
    CXFile file = NULL;
    /* clang_Location_isFromMainFile is false for what a macro wrote */
    clang_getExpansionLocation(clang_getCursorLocation(cursor), &file, NULL, NULL, NULL);
    return file && main_file && clang_File_isEqual(file, main_file);
}

/* A function that others can call is this unit's, also if its text stands in a file included. */
static bool is_of_unit(CXCursor function) {
    return clang_getCursorLinkage(function) == CXLinkage_External &&
           !clang_Cursor_isFunctionInlined(function) &&
           !clang_Location_isInSystemHeader(clang_getCursorLocation(function));
}

struct top_level {
    struct lowering *l;
    CXFile main_file;
};

static enum CXChildVisitResult visit_top(CXCursor cursor, CXCursor parent, CXClientData data) {
    struct top_level *top = data;
    (void)parent;
    enum CXCursorKind kind = clang_getCursorKind(cursor);
    if (kind == CXCursor_VarDecl && in_main_file(cursor, top->main_file) &&
        !clang_Cursor_isNull(clang_Cursor_getVarDeclInitializer(cursor)))
        lower_global_ref(top->l, cursor);
    else if (kind == CXCursor_FunctionDecl && clang_isCursorDefinition(cursor) &&
             (in_main_file(cursor, top->main_file) || is_of_unit(cursor)))
        lower_function_ref(top->l, cursor);
    else if (kind == CXCursor_TypedefDecl && clang_Cursor_hasAttrs(cursor))
        lower_typedef_annotations(top->l, cursor);
    return CXChildVisit_Continue;
}

static void lower_pending(struct lowering *l) {
    for (uint32_t i = 0; i < l->pending.count; i++) {
        CXCursor definition = l->pending.data[i];
        lower_body(l, definition, lower_function_ref(l, definition));
    }
}

/* Another compiler's flag that we did not know to leave out: clang goes on without it. */
static bool is_about_a_flag(CXDiagnostic diagnostic) {
    static const char *const beginnings[] = {"unknown argument", "unsupported option",
                                             "unsupported argument"};
    CXFile file;
    clang_getFileLocation(clang_getDiagnosticLocation(diagnostic), &file, NULL, NULL, NULL);
    if (file)
        return false;
    CXString spelling = clang_getDiagnosticSpelling(diagnostic);
    const char *text = clang_getCString(spelling);
    bool found = false;
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        found |= strncmp(text, beginnings[i], strlen(beginnings[i])) == 0;
    clang_disposeString(spelling);
    return found;
}

static void read_problems(struct lowering *l) {
    unsigned count = clang_getNumDiagnostics(l->tu);
    for (unsigned i = 0; i < count; i++) {
        CXDiagnostic diagnostic = clang_getDiagnostic(l->tu, i);
        enum CXDiagnosticSeverity severity = clang_getDiagnosticSeverity(diagnostic);
        if (severity >= CXDiagnostic_Error && !is_about_a_flag(diagnostic)) {
            struct ir_problem problem = {
                .text = lower_string(l, clang_getDiagnosticSpelling(diagnostic)),
                .fatal = severity == CXDiagnostic_Fatal};
            CXSourceLocation at = clang_getDiagnosticLocation(diagnostic);
            struct fault fault = {0};
            clang_getExpansionLocation(at, &fault.file, NULL, NULL, &fault.offset);
            VEC_PUSH(l->faults, fault);
            problem.loc = lower_point(l, at);
            ir_push_problems(l->unit, problem);
        }
        clang_disposeDiagnostic(diagnostic);
    }
}

/* Suppression comments of the main file and of the project's headers. Files in the order of their
   numbers, so that the result does not depend on addresses. */
static void read_suppressions(struct lowering *l) {
    for (ir_id id = 0; id < l->unit->files.count; id++) {
        if (l->unit->files.data[id].is_system)
            continue;
        for (size_t i = 0; i < l->files.size; i++) {
            const struct pointer_entry *entry = &l->files.entries[i];
            size_t size = 0;
            if (!entry->key || entry->value != id)
                continue;
            const char *text = clang_getFileContents(l->tu, (CXFile)entry->key, &size);
            if (text)
                suppress_scan(l->unit, id, text, size);
        }
    }
}

static void free_lowering(struct lowering *l) {
    struct pointer_map *maps[] = {&l->files,   &l->types,  &l->functions,
                                  &l->globals, &l->locals, &l->field_notes};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        map_free(maps[i]);
    free(l->named.data);
    free(l->named_types.data);
    free(l->pending.data);
    free(l->kids.data);
    free(l->faults.data);
    free(l->function_locals.data);
    free(l->blocks.data);
    free(l->labels.data);
    free(l->gotos.data);
    free(l->addressed.data);
    free(l->scopes.data);
}

/* Every file that was read, even if nothing of it is used: what a unit's facts depend on, and what
   tells which libraries it is written with. */
static void see_inclusion(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data) {
    struct lowering *l = data;
    (void)stack;
    (void)depth;
    lower_point(l, clang_getLocationForOffset(l->tu, file, 0));
}

static struct ir_unit *lower_unit(CXTranslationUnit tu) {
    struct lowering l = {.unit = ir_unit_new(), .tu = tu};
    CXString name = clang_getTranslationUnitSpelling(tu);
    struct top_level top = {&l, clang_getFile(tu, clang_getCString(name))};
    clang_disposeString(name);
    lower_point(&l, clang_getLocationForOffset(tu, top.main_file, 0)); /* the main file is file 0 */
    clang_getInclusions(tu, see_inclusion, &l);
    read_problems(&l);
    clang_visitChildren(clang_getTranslationUnitCursor(tu), visit_top, &top);
    lower_pending(&l);
    read_suppressions(&l);
    free_lowering(&l);
    ir_unit_finish(l.unit);
    return l.unit;
}

/* Why the file cannot be read, or NULL if it can. */
static const char *unreadable(const char *file) {
    struct stat st;
    if (stat(file, &st) != 0 || access(file, R_OK) != 0)
        return strerror(errno);
    return S_ISDIR(st.st_mode) ? strerror(EISDIR) : NULL;
}

static const char *parse_failure(enum CXErrorCode code, const char *file) {
    const char *reason = unreadable(file);
    if (reason)
        return reason;
    switch (code) {
    case CXError_InvalidArguments:
    case CXError_ASTReadError: /* what libclang says of a wrong argument, too */
        return "the parser does not accept the compile command: one of its arguments is wrong, or "
               "names a file that cannot be read";
    default:
        return "the file could not be parsed";
    }
}

static char *sentence(const char *what, const char *file) {
    char *text = NULL;
    if (asprintf(&text, "%s: %s", file, what) < 0)
        abort();
    return text;
}

struct fe_result fe_lower(const struct fe_command *command) {
    struct fe_result result = {0};
    struct clang_command clang;
    if (access(AGLET_RESOURCE_DIR "/include/stddef.h", R_OK) != 0) {
        result.error = sentence("the compiler's own headers are missing: install "
                                "libclang-common-19-dev",
                                AGLET_RESOURCE_DIR);
        return result;
    }
    if (chdir(command->directory) != 0) {
        result.error =
            sentence("the compile command's directory cannot be entered", command->directory);
        return result;
    }
    result.error = command_translate(command, &clang);
    result.dropped = clang.dropped;
    result.dropped_count = clang.dropped_count;
    if (result.error)
        return result;
    CXIndex index = clang_createIndex(0, 0);
    CXTranslationUnit tu = NULL;
    enum CXErrorCode code = clang_parseTranslationUnit2FullArgv(
        index, NULL, (const char *const *)clang.arguments, (int)clang.count, NULL, 0,
        CXTranslationUnit_KeepGoing, &tu);
    if (code != CXError_Success)
        result.error = sentence(parse_failure(code, command->file), command->file);
    else
        result.unit = lower_unit(tu);
    if (tu)
        clang_disposeTranslationUnit(tu);
    clang_disposeIndex(index);
    command_free(&clang);
    return result;
}

void fe_result_free(struct fe_result *result) {
    ir_unit_free(result->unit);
    free(result->error);
    for (size_t i = 0; i < result->dropped_count; i++)
        free(result->dropped[i]);
    free(result->dropped);
    *result = (struct fe_result){0};
}
