/*
 * The judge: libseccomp. Reads filters from standard input, a word a field and a line each:
 *
 *     filter ARCH OPTIMIZE DEFAULT BADARCH    begins one; actions are SECCOMP_RET_ values
 *     rule ACTION NAME [ARG OP A B]...        OP is libseccomp's number of a comparison
 *     end                                     answers with the program in hexadecimal, or "error ERRNO"
 *     name ARCH NAME                          answers with the number of a system call, negative if none
 */
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static scmp_filter_ctx filter;
static int failed;

static uint32_t arch_of(const char *name) {
    return strcmp(name, "arm64") == 0 ? SCMP_ARCH_AARCH64 : SCMP_ARCH_X86_64;
}

/* SECCOMP_RET_KILL_THREAD is 0: libseccomp has the kernel's values. */
static uint32_t action_of(const char *word) {
    return (uint32_t)strtoul(word, NULL, 0);
}

static void note(int result) {
    if (result < 0 && failed == 0)
        failed = -result;
}

static void begin(void) {
    const char *arch = strtok(NULL, " ");
    unsigned optimize = (unsigned)atoi(strtok(NULL, " "));
    failed = 0;
    filter = seccomp_init(action_of(strtok(NULL, " ")));
    note(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, action_of(strtok(NULL, " "))));
    note(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, optimize));
    if (arch_of(arch) != seccomp_arch_native()) {
        note(seccomp_arch_add(filter, arch_of(arch)));
        note(seccomp_arch_remove(filter, seccomp_arch_native()));
    }
}

static void rule(void) {
    struct scmp_arg_cmp args[6];
    unsigned count = 0;
    uint32_t action = action_of(strtok(NULL, " "));
    int number = seccomp_syscall_resolve_name(strtok(NULL, " "));
    for (const char *word; count < 6 && (word = strtok(NULL, " ")) != NULL; count++) {
        args[count].arg = (unsigned)atoi(word);
        args[count].op = (enum scmp_compare)atoi(strtok(NULL, " "));
        args[count].datum_a = strtoull(strtok(NULL, " "), NULL, 0);
        args[count].datum_b = strtoull(strtok(NULL, " "), NULL, 0);
    }
    /* A name that this libseccomp does not know: left out, as all that use it do. */
    if (number != __NR_SCMP_ERROR)
        note(seccomp_rule_add_array(filter, action, number, count, args));
}

static void end(void) {
    static unsigned char bytes[1 << 20];
    FILE *file = tmpfile();
    size_t length = 0;
    note(file == NULL ? -errno : seccomp_export_bpf(filter, fileno(file)));
    if (file != NULL) {
        rewind(file);
        length = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
    }
    seccomp_release(filter);
    if (failed != 0) {
        printf("error %d\n", failed);
        return;
    }
    for (size_t index = 0; index < length; index++)
        printf("%02x", bytes[index]);
    putchar('\n');
}

static void name(void) {
    uint32_t arch = arch_of(strtok(NULL, " "));
    printf("%d\n", seccomp_syscall_resolve_name_arch(arch, strtok(NULL, " ")));
}

int main(void) {
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        const char *command = strtok(line, " ");
        if (command == NULL)
            continue;
        if (strcmp(command, "filter") == 0)
            begin();
        else if (strcmp(command, "rule") == 0)
            rule();
        else if (strcmp(command, "end") == 0)
            end();
        else
            name();
    }
    return 0;
}
