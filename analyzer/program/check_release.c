/*
 * The statement that releases what a path loses, or lets it go.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/memory.h"
#include "program/fix_text.h"
#include "program/internal.h"

/* Who holds the resource: a variable, or the variable is it. */
struct holder {
    ir_id local;
    bool itself; /* its address names the resource */
};

static const struct ir_instr *instr_at(const struct path *path, uint32_t i) {
    return &path->unit->instrs.data[path->first_instr + i];
}

static bool is_local_place(const struct path *path, ir_id place, ir_id *local) {
    const struct ir_place *p = &path->unit->places.data[place];
    *local = p->a;
    return p->kind == IR_PLACE_LOCAL;
}

/* The last instruction before `before` that writes the register, behind conversions. */
static const struct ir_instr *writer_of(const struct path *path, ir_id reg, uint32_t before) {
    while (before-- > 0) {
        const struct ir_instr *instr = instr_at(path, before);
        if (instr->dst != reg || instr->op == IR_STORE)
            continue;
        if (instr->op != IR_MOVE && instr->op != IR_CAST)
            return instr;
        reg = instr->a;
    }
    return NULL;
}

/* The variable that the argument is, or is the address of. */
static bool argument_holder(const struct path *path, const struct ir_instr *call, uint32_t arg,
                            struct holder *holder) {
    if (arg >= call->arg_count)
        return false;
    uint32_t at = (uint32_t)(call - instr_at(path, 0));
    const struct ir_instr *made = writer_of(path, ir_arg(path->unit, call, arg), at);
    if (!made || (made->op != IR_ADDR && made->op != IR_LOAD))
        return false;
    holder->itself = made->op == IR_ADDR;
    return is_local_place(path, made->a, &holder->local);
}

/* The variable, if it is only one, that the call's result is stored in. */
static bool result_holder(const struct path *path, const struct ir_instr *call,
                          struct holder *holder) {
    unsigned found = 0;
    for (uint32_t i = 0; i < path->instr_count; i++) {
        const struct ir_instr *store = instr_at(path, i);
        if (store->op == IR_STORE && writer_of(path, store->b, i) == call)
            found += is_local_place(path, store->a, &holder->local) ? 1 : 2;
    }
    holder->itself = false;
    return found == 1;
}

/* The call's effect that acquired it; NULL if that is not known. */
static const struct effect *acquisition_of(const struct path *path, const struct duty *duty) {
    const struct ir_instr *call = &path->unit->instrs.data[duty->origin];
    if (call->op != IR_CALL)
        return NULL;
    struct callee callee = path_target(path, call);
    const struct effect *effect =
        duty->which < callee.effect_count ? &callee.effects[duty->which] : NULL;
    return effect && effect->kind == EFFECT_ACQUIRE ? effect : NULL;
}

char *check_resource_name(const struct path *path, const struct duty *duty) {
    const struct effect *effect = acquisition_of(path, duty);
    const char *noun = check_kind_noun(path, duty->subject);
    if (!effect || effect->target != TARGET_PLACE)
        return mem_format("%s", noun);
    return mem_format("%s in field '%s'", noun, effect->place->fields[effect->place->count - 1]);
}

static bool find_holder(const struct path *path, const struct duty *duty, struct holder *holder) {
    const struct ir_instr *call = &path->unit->instrs.data[duty->origin];
    const struct effect *effect = acquisition_of(path, duty);
    if (!effect)
        return false;
    if (effect->target == TARGET_PLACE)
        return false; /* a part of what a variable holds */
    if (effect->target == TARGET_RETURN)
        return result_holder(path, call, holder);
    if (!argument_holder(path, call, effect->arg, holder))
        return false;
    if (effect->target == TARGET_OUT) {
        bool address = holder->itself;
        holder->itself = false;
        return address;
    }
    return true;
}

/* ---- the release ------------------------------------------------------------------------- */

/* What the function releases, if it takes nothing else. */
static const struct effect *release_effect(const struct function *function, const char *subject) {
    const struct ir_function *fn = &function->unit->functions.data[function->id];
    if (fn->param_count != 1 || fn->flags & IR_FN_VARIADIC)
        return NULL;
    for (size_t i = 0; i < function->effect_count; i++) {
        const struct effect *effect = &function->effects[i];
        if (effect->kind == EFFECT_RELEASE && effect->arg == 0 && effect->subject &&
            strcmp(effect->subject, subject) == 0)
            return effect;
    }
    return NULL;
}

/* The function of that name that the unit uses, and so declares. */
static const struct effect *declared_release(const struct path *path, const char *name,
                                             const char *subject) {
    const struct program *program = path->client->data;
    for (ir_id f = 0; f < path->unit->functions.count; f++) {
        if (strcmp(ir_text(path->unit, path->unit->functions.data[f].name), name) != 0)
            continue;
        prog_fn function = prog_function(program, path->unit, f);
        if (function != PROG_NONE)
            return release_effect(&program->functions[function], subject);
    }
    return NULL;
}

/* "close(&it);": a release that writes to where the handle is takes its address. */
static char *write_release(const struct path *path, const char *name, const char *subject,
                           const struct holder *holder) {
    const char *variable =
        ir_text(path->unit, ir_local_at(path->unit, path->function, holder->local)->name);
    const struct effect *effect = declared_release(path, name, subject);
    if (!effect || (holder->itself && effect->target != TARGET_ARG))
        return NULL;
    bool address = holder->itself || effect->target == TARGET_OUT;
    return mem_format("%s(%s%s);", name, address ? "&" : "", variable);
}

/* ---- the ways from the acquisition to the return ----------------------------------------- */

static ir_id block_of(const struct path *path, ir_id instr) {
    for (ir_id b = 0; b < path->function->block_count; b++) {
        const struct ir_block *block = ir_block_at(path->unit, path->function, b);
        if (instr >= block->first_instr && instr - block->first_instr < block->instr_count)
            return b;
    }
    return IR_NONE;
}

/* The only block that returns there. */
static ir_id returning_block(const struct path *path, ir_id loc) {
    ir_id found = IR_NONE;
    for (ir_id b = 0; b < path->function->block_count; b++) {
        const struct ir_block *block = ir_block_at(path->unit, path->function, b);
        if (block->term != IR_TERM_RETURN || block->loc != loc)
            continue;
        if (found != IR_NONE)
            return IR_NONE;
        found = b;
    }
    return found;
}

static bool goes_to(const struct path *path, ir_id from, ir_id to) {
    const struct ir_block *block = ir_block_at(path->unit, path->function, from);
    for (uint32_t i = 0; i < block->succ_count; i++)
        if (ir_succ(path->unit, block, i) == to)
            return true;
    return false;
}

/* Marks the blocks on the ways from `from` to `to`; false if some way begins elsewhere. */
static bool mark_ways(const struct path *path, ir_id from, ir_id to, bool *marked) {
    marked[to] = true;
    for (bool more = true; more;) {
        more = false;
        for (ir_id b = 0; b < path->function->block_count; b++)
            for (ir_id s = 0; s < path->function->block_count && !marked[b]; s++)
                if (marked[s] && s != from && goes_to(path, b, s))
                    more = marked[b] = true;
    }
    return marked[from] && (from == 0 || !marked[0]);
}

/* Whether the instruction may end the resource, or put another in the variable. */
static bool disturbs(const struct path *path, const struct ir_instr *instr,
                     const struct holder *holder) {
    ir_id local;
    if (instr->op == IR_STORE)
        return is_local_place(path, instr->a, &local) && local == holder->local;
    if (instr->op != IR_CALL)
        return false;
    struct callee callee = path_target(path, instr);
    for (uint32_t i = 0; i < instr->arg_count; i++) {
        struct holder given;
        if (!argument_holder(path, instr, i, &given) || given.local != holder->local)
            continue;
        for (size_t k = 0; k < callee.effect_count; k++) {
            const struct effect *effect = &callee.effects[k];
            if ((effect->kind == EFFECT_RELEASE || effect->kind == EFFECT_TAKE) &&
                effect->target != TARGET_RETURN && effect->arg == i)
                return true;
        }
    }
    return false;
}

/* The store of the acquired handle itself is one that is to be there. */
static bool is_acquisition(const struct path *path, uint32_t at, ir_id origin) {
    const struct ir_instr *instr = instr_at(path, at);
    return instr == &path->unit->instrs.data[origin] ||
           (instr->op == IR_STORE &&
            writer_of(path, instr->b, at) == &path->unit->instrs.data[origin]);
}

static bool is_held_throughout(const struct path *path, ir_id origin, ir_id exit,
                               const struct holder *holder) {
    ir_id from = block_of(path, origin), to = returning_block(path, exit);
    if (from == IR_NONE || to == IR_NONE)
        return false;
    bool *marked = mem_zero(path->function->block_count, sizeof *marked);
    bool held = mark_ways(path, from, to, marked);
    for (ir_id b = 0; b < path->function->block_count && held; b++) {
        const struct ir_block *block = ir_block_at(path->unit, path->function, b);
        for (uint32_t i = 0; i < block->instr_count && held && marked[b]; i++) {
            ir_id id = block->first_instr + i;
            if (b != from || id > origin)
                held = is_acquisition(path, id - path->first_instr, origin) ||
                       !disturbs(path, &path->unit->instrs.data[id], holder);
        }
    }
    free(marked);
    return held;
}

/* ---- the text ---------------------------------------------------------------------------- */

/* Two variables of one name: which of them is meant depends on the place. */
static bool is_only_one(const struct path *path, ir_id local) {
    const struct ir_local *mine = ir_local_at(path->unit, path->function, local);
    if (mine->name == IR_NONE || mine->loc == IR_NONE || mine->flags & IR_LOCAL_CLEANUP)
        return false;
    for (ir_id i = 0; i < path->function->local_count; i++)
        if (i != local && ir_local_at(path->unit, path->function, i)->name == mine->name)
            return false;
    return true;
}

static bool can_stand_before(const struct path *path, ir_id exit, ir_id local,
                             fix_return_test *test) {
    const struct ir_local *variable = ir_local_at(path->unit, path->function, local);
    struct diag_range at = check_range(path->unit, exit);
    struct diag_range made = check_range(path->unit, variable->loc);
    struct code *code = strcmp(at.file, made.file) == 0 ? code_read(at.file) : NULL;
    if (!code)
        return false;
    struct code_statement statement;
    size_t from = code_offset(code, made.line, made.col), to = code_offset(code, at.line, at.col);
    bool can = from != SIZE_MAX && to != SIZE_MAX &&
               (variable->flags & IR_LOCAL_PARAM || code_in_scope(code, from, to)) &&
               code_statement(code, to, &statement) &&
               test(code, &statement, ir_text(path->unit, variable->name));
    code_free(code);
    return can;
}

/* Finds the variable that holds what was lost all the way to the return where it is lost. */
static bool find_last_holder(const struct path *path, const struct path_loss *loss,
                             fix_return_test *test, struct holder *holder) {
    return loss->exit != IR_NONE && find_holder(path, loss->duty, holder) &&
           is_only_one(path, holder->local) &&
           is_held_throughout(path, loss->duty->origin, loss->exit, holder) &&
           can_stand_before(path, loss->exit, holder->local, test);
}

const char *fix_last_holder(const struct path *path, const struct path_loss *loss,
                            fix_return_test *test) {
    struct holder holder;
    if (!find_last_holder(path, loss, test, &holder) || holder.itself)
        return NULL;
    return ir_text(path->unit, ir_local_at(path->unit, path->function, holder.local)->name);
}

char *check_release_statement(const struct path *path, const struct path_loss *loss) {
    const char *subject = loss->duty->subject, *name = check_kind_release(path, subject);
    struct holder holder;
    if (!name || !find_last_holder(path, loss, code_returns_plainly, &holder))
        return NULL;
    return write_release(path, name, subject, &holder);
}

/* What ends by itself with the function, the task may use. */
static bool cleans_up(const struct path *path) {
    for (ir_id i = 0; i < path->function->local_count; i++)
        if (ir_local_at(path->unit, path->function, i)->flags & IR_LOCAL_CLEANUP)
            return true;
    return false;
}

char *check_detach_statement(const struct path *path, const struct path_loss *loss) {
    const struct model_kind *words = check_declared_kind(path, loss->duty->subject);
    if (!words || !words->detach || cleans_up(path))
        return NULL;
    const char *name = fix_last_holder(path, loss, code_returns_without);
    return name ? mem_format("%s(%s);", words->detach, name) : NULL;
}
