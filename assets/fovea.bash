# SPDX-License-Identifier: MIT
# Completion of the fovea command in bash. What can be completed is asked of the program's own help, so that it is
# never out of step with it.

# The options of a subcommand as the help has them: "--range LO:HI" a line.
__fovea_options() {
    "$1" "$2" --help 2>/dev/null |
        sed -nE 's/^  (-[a-zA-Z], )?(--[a-z0-9-]+)( ([^ ]+))?.*$/\2 \4/p'
}

# The words that the argument of an option may be: "upper|lower" names two, "fit|FACTOR" one.
__fovea_choices() {
    __fovea_options "$1" "$2" | awk -v option="$3" '$1 == option && $2 ~ /\|/ {
        count = split($2, words, "|")
        for (i = 1; i <= count; i++) if (words[i] ~ /^[a-z0-9:]+$/) print words[i]
    }'
}

_fovea() {
    local program=$1 current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} subcommand=view
    local subcommands="view export info mask bench help" words=""
    [[ " $subcommands " == *" ${COMP_WORDS[1]} "* ]] && subcommand=${COMP_WORDS[1]}
    COMPREPLY=()
    if [[ $previous == --* ]]; then
        words=$(__fovea_choices "$program" "$subcommand" "$previous")
    fi
    if [ -z "$words" ]; then
        if [[ $current == -* ]]; then
            words="$(__fovea_options "$program" "$subcommand" | cut -d ' ' -f 1) --help"
        elif [ "$COMP_CWORD" -eq 1 ]; then
            words=$subcommands
        fi
    fi
    [ -z "$words" ] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _fovea fovea
