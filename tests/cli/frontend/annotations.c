/* Annotations: on functions, parameters, fields and typedefs, written plainly or by macros. */
#define NOTE(text) __attribute__((annotate(text)))
#define COROUTINE  NOTE("note:coroutine")

//~ ^declared extern on_declaration/1
//~ ^  annotation "note:one"
NOTE("note:one") void on_declaration(int);
//~ ^  annotation "note:before"
NOTE("note:before") void inherited(int);
void inherited(int x) {
    on_declaration(x);
}

//~ ^function extern in_macro\(\)  @annotations\.c:{+2}:
//~ ^  annotation "note:coroutine"
COROUTINE void in_macro(void) {
    inherited(1);
}

//~ ^  annotation "param:2:note:second"
void on_parameter(int a, NOTE("note:second") int b);
void call_on_parameter(void) {
    on_parameter(1, 2);
}

//~ ^  annotation "note:x"
//~ ^  annotation "note:y"
NOTE("note:x") NOTE("note:y") static void two(void) {
}
void (*keep)(void) = two;

typedef void callback(void *) NOTE("note:callback");
//~ ^annotation callback "note:callback"  @annotations\.c:{-1}:
struct ops {
    NOTE("note:field") void (*start)(void *);
    //~ ^annotation struct ops\.start "note:field"  @annotations\.c:{-1}:
    callback *stop;
    struct {
        void (*inner)(void) NOTE("note:inner");
        //~ ^annotation struct ops\.inner "note:inner"  @annotations\.c:{-1}:
    };
};
void through(struct ops *ops) {
    ops->start(0);
    ops->stop(0);
    ops->inner();
}

//~ ^declared extern must_use/0 warn-unused
__attribute__((warn_unused_result)) int must_use(void);
//~ ^declared extern pure_one/1 pure
__attribute__((pure)) int pure_one(int);
//~ ^declared extern const_one/1 pure
__attribute__((const)) int const_one(int);
//~ ^declared extern printf_like/1 variadic
__attribute__((format(printf, 1, 2))) int printf_like(const char *, ...);
int calls(void) {
    return must_use() + pure_one(1) + const_one(2) + printf_like("");
}
