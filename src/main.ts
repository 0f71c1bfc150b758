import { Command } from 'commander';

// A placeholder until the commands are there.
await new Command('kubechurn').version('0.1.0').parseAsync();
