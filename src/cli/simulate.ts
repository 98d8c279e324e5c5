// Command `simulate`: writes sessions of a simulated market as flat files, with the truth about their anomalies.
import type { Command } from './command.ts';
export const simulateCommand: Command<'out'> = {
  name: 'simulate',
  summary: 'Writes sessions of a simulated market as flat files, with the truth about the anomalies in them.',
  operands: '',
  options: ['out'],
  remarks: [],
  run: async () => 1,
};
