"""What bash 4.2's manual lists: the options of its builtins, its shopt names; and which version brought what is not in it.

Out: OPTIONS (letters; those after a colon take a value), SHOPTS, VARIABLES (later ones), SINCE (for the message).
"""

_DECLARE = "aAfFgilrtuxp"

OPTIONS = {
    "cd": "LPe",
    "command": "pvV",
    "compgen": "abcdefgjksuv:oAGWFCXPS",
    "declare": _DECLARE,
    "enable": "apnds:f",
    "exec": "cl:a",
    "export": "fnp",
    "hash": "rdlt:p",
    "jobs": "lnprsx",
    "local": _DECLARE,
    "mapfile": "t:nOsuCc",
    "read": "ers:adinNptu",
    "readarray": "t:nOsuCc",
    "readonly": "aAfp",
    "source": "",
    "trap": "lp",
    "type": "afptP",
    "typeset": _DECLARE,
    "ulimit": "HSabcdefilmnpqrstuvxT",
    "unset": "fv",
    "wait": "",
}

_SHOPTS = """
    autocd cdable_vars cdspell checkhash checkjobs checkwinsize cmdhist compat31 compat32 compat40 compat41 dirspell
    dotglob execfail expand_aliases extdebug extglob extquote failglob force_fignore globstar gnu_errfmt histappend histreedit
    histverify hostcomplete huponexit interactive_comments lastpipe lithist login_shell mailwarn no_empty_cmd_completion
    nocaseglob nocasematch nullglob progcomp promptvars restricted_shell shift_verbose sourcepath xpg_echo
"""
SHOPTS = frozenset(_SHOPTS.split())

VARIABLES = {
    "BASH_COMPAT": "4.3",
    "CHILD_MAX": "4.3",
    "BASH_LOADABLES_PATH": "4.4",
    "EXECIGNORE": "4.4",
    "PS0": "4.4",
    "BASH_ARGV0": "5.0",
    "EPOCHREALTIME": "5.0",
    "EPOCHSECONDS": "5.0",
    "SRANDOM": "5.1",
    "BASH_MONOSECONDS": "5.3",
    "BASH_TRAPSIG": "5.3",
    "GLOBSORT": "5.3",
}

SINCE = {
    "wait -n": "4.3",
    "wait -f": "5.0",
    "wait -p": "5.1",
    "local -n": "4.3",
    "declare -n": "4.3",
    "typeset -n": "4.3",
    "local -I": "5.1",
    "declare -I": "5.1",
    "unset -n": "4.3",
    "mapfile -d": "4.4",
    "readarray -d": "4.4",
    "read -E": "5.3",
    "trap -P": "5.3",
    "source -p": "5.3",
    "cd -@": "4.3",
    "inherit_errexit": "4.4",
    "complete_fullquote": "4.3",
    "direxpand": "4.3",
    "globasciiranges": "4.3",
    "localvar_inherit": "5.0",
    "assoc_expand_once": "5.0",
    "progcomp_alias": "5.0",
    "globskipdots": "5.2",
    "noexpand_translation": "5.2",
    "patsub_replacement": "5.2",
    "varredir_close": "5.2",
}
