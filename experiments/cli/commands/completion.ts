/** `nvmoe completion`: a script that teaches a shell the commands and options, generated from the program itself. */
import { Argument, type Command } from 'commander';
import { examples } from '../options.ts';
import type { Terminal } from '../terminal.ts';

interface Word {
  readonly name: string;
  readonly summary: string;
  /** Options, sub-commands with theirs, and the words that an argument may be. */
  readonly words: readonly string[];
}

export function registerCompletion(program: Command, terminal: Terminal): void {
  const command = program
    .command('completion')
    .summary('print a completion script for a shell')
    .description('Prints a script that completes commands, options and file names.')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action((shell: 'bash' | 'zsh' | 'fish') => terminal.out(SCRIPTS[shell](wordsOf(program))));
  examples(command, [
    'nvmoe completion bash >> ~/.bashrc',
    'nvmoe completion fish > ~/.config/fish/completions/nvmoe.fish',
  ]);
}

const wordsOf = (program: Command): Word[] =>
  program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    words: [...new Set([...wordsIn(command), ...command.commands.flatMap(wordsIn), '--help'])],
  }));

/** Options, sub-commands and choices of arguments. */
const wordsIn = (command: Command): string[] => [
  ...command.commands.map((sub) => sub.name()),
  ...command.options.flatMap(({ long }) => (long ? [long] : [])),
  ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
];

const quoted = (text: string) => `'${text.replaceAll("'", '')}'`;

const SCRIPTS = {
  bash: (commands: readonly Word[]) => `_nvmoe() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words
  case "\${COMP_WORDS[1]}" in
${commands.map(({ name, words }) => `    ${name}) words="${words.join(' ')}" ;;`).join('\n')}
    *) words="${commands.map(({ name }) => name).join(' ')} --help --version" ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${commands.map(({ name }) => name).join(' ')} --help --version"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _nvmoe nvmoe
`,
  zsh: (commands: readonly Word[]) => `#compdef nvmoe
_nvmoe() {
  if (( CURRENT == 2 )); then
    local -a names=(${commands.map(({ name, summary }) => quoted(`${name}:${summary}`)).join(' ')})
    _describe command names
    return
  fi
  case "$words[2]" in
${commands.map(({ name, words }) => `    ${name}) compadd -- ${words.join(' ')} ;;`).join('\n')}
  esac
  _files
}
compdef _nvmoe nvmoe
`,
  fish: (commands: readonly Word[]) =>
    commands
      .flatMap(({ name, summary, words }) => [
        `complete -c nvmoe -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
        ...words.map((word) =>
          word.startsWith('--')
            ? `complete -c nvmoe -n '__fish_seen_subcommand_from ${name}' -l ${word.slice(2)}`
            : `complete -c nvmoe -n '__fish_seen_subcommand_from ${name}' -a ${word}`,
        ),
      ])
      .join('\n') + '\n',
};
