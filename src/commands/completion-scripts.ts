// Each asks the program itself, so that a script never offers what another version had. The answer of `__complete` is
// that of kubectl's plugins and of the libraries of most Go programs: a line each, a tab before its explanation, and at the
// end :0 where the shell may offer files and :4 where not (cobra's ShellCompDirective).

const bash = `# bash completion of kubechurn: source <(kubechurn completion bash)
_kubechurn() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :0) compopt -o default 2>/dev/null ;;
      :*) ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _kubechurn kubechurn
`;

const zsh = `#compdef kubechurn
# zsh completion of kubechurn: source <(kubechurn completion zsh), after compinit
_kubechurn() {
  local line value files=
  local -a found
  for line in "\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      :0) files=yes ;;
      :*) ;;
      *)
        value=\${line%%$'\\t'*}
        found+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
        ;;
    esac
  done
  if (( $#found )); then _describe kubechurn found; elif [[ -n $files ]]; then _files; fi
}
compdef _kubechurn kubechurn
`;

const fish = `# fish completion of kubechurn: kubechurn completion fish | source
function __kubechurn_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
    switch $line
      case ':0'
        __fish_complete_path "$current"
      case ':*'
      case '*'
        echo $line
    end
  end
end
complete -c kubechurn -f -a '(__kubechurn_complete)'
`;

/** By the name of the shell. */
export const completionScripts: Readonly<Record<string, string>> = { bash, zsh, fish };
